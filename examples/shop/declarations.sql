-- What each table lets its callers do. One comment a table; an operation that is not listed does not exist.
--   required  inputs that must be given, beside those that the table itself demands (NOT NULL without a default)
--   optional  inputs that may be given; what is in neither list is refused
--   fields    rules in the words of JSON Schema; types, enums, lengths and CHECKs are known from the table
--   roles     who may call; ai_user (everybody who calls at all) where nothing is said

comment on table shop.customers is $$
{
  "description": "People who buy",
  "operations": {
    "create": {
      "required": ["email", "name"],
      "optional": ["id", "phone", "address", "tags", "preferences"]
    },
    "update": { "optional": ["email", "name", "phone", "address", "tags", "preferences"] },
    "upsert": { "key": ["email"], "optional": ["name", "phone", "address", "tags", "preferences"] },
    "fetch":  true,
    "delete": { "roles": ["shop_manager"] }
  },
  "fields": {
    "name":  { "minLength": 2, "maxLength": 120 },
    "phone": { "format": "phone" },
    "tags":  { "maxItems": 5, "uniqueItems": true },
    "preferences": { "type": "object" }
  }
}
$$;
comment on column shop.customers.email is '{"format": "email", "maxLength": 254, "examples": ["lan@example.com"]}';

-- A declaration may also stand inside ordinary text.
comment on table shop.users is $$
Those who work in the shop. Passwords arrive hashed by the application; they are never returned and never audited.

@ai({
  "operations": {
    "create": { "required": ["email", "password"], "optional": ["role"], "hooks": ["validation"] },
    "update": { "optional": ["password", "role"] },
    "fetch":  { "key": ["email"] },
    "delete": true
  },
  "roles": ["shop_manager"]
})
$$;
comment on column shop.users.email is '{"format": "email"}';
comment on column shop.users.password is '{"protected": true, "minLength": 12, "maxLength": 200}';

comment on table shop.products is $$
{
  "description": "Things for sale",
  "operations": {
    "create": {
      "required": ["sku", "name", "price"],
      "optional": ["id", "stock", "tags", "attributes", "sold_during"],
      "roles": ["shop_manager"]
    },
    "update": {
      "optional": ["name", "price", "stock", "tags", "attributes", "sold_during"],
      "version": "version",
      "roles": ["shop_manager"]
    },
    "upsert": {
      "description": "Takes a product from the supplier's list, where the SKU is the key.",
      "key": ["sku"],
      "required": ["name", "price"],
      "optional": ["stock", "tags", "attributes"],
      "roles": ["shop_manager"]
    },
    "fetch":  true,
    "delete": { "version": "version", "roles": ["shop_manager"] }
  },
  "fields": {
    "name":  { "minLength": 1 },
    "price": { "exclusiveMinimum": 0, "maximum": 50000 },
    "stock": { "minimum": 0, "maximum": 1000000 },
    "attributes": { "type": "object" }
  }
}
$$;

comment on table shop.orders is $$
{
  "description": "What a customer wants",
  "operations": {
    "create": { "optional": ["id", "status", "placed_at", "shipped_at", "note"] },
    "update": { "optional": ["status", "placed_at", "shipped_at", "note"], "version": "xmin" },
    "fetch":  { "returns": ["id", "number", "customer_id", "status", "placed_at", "shipped_at", "note", "xmin"] },
    "delete": { "roles": ["shop_manager"] }
  },
  "fields": { "note": { "maxLength": 500 } }
}
$$;

comment on table shop.order_lines is $$
{
  "description": "Lines of an order; the key has two columns",
  "operations": {
    "create": { "optional": ["discount"] },
    "update": { "optional": ["quantity", "discount"] },
    "upsert": { "optional": ["discount"] },
    "fetch":  true,
    "delete": true
  },
  "fields": { "quantity": { "maximum": 1000 } }
}
$$;

comment on table shop.payments is $$
{
  "description": "Money that came in. Payments are never changed and never deleted: no such operation is declared",
  "operations": {
    "create": {
      "description": "Books a payment.",
      "optional": ["id", "method", "reference", "paid_at"],
      "defaults": { "method": "card" }
    },
    "fetch": true
  }
}
$$;
