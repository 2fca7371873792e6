-- The keys of encrypted columns, without what is secret of them. For ai_admin.
create view ai.encryption_keys as
select k.name, k.id, k.added_at = max(k.added_at) over (partition by k.name) as current, k.setting, k.added_at
from ai_private.encryption_key k;
comment on view ai.encryption_keys is 'The keys of encrypted columns, without what is secret of them';
grant select on ai.encryption_keys to ai_admin;
