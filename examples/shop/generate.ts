/**
 * A shop's worth of inputs, the same for the same seed on every machine: numbers come from a generator of our own, money is counted in whole
 * cents, and nothing looks at the clock.
 */

export type Inputs = Readonly<Record<string, unknown>>;

export interface Shop {
  readonly customers: readonly Inputs[];
  readonly users: readonly Inputs[];
  readonly products: readonly Inputs[];
  readonly orders: readonly Inputs[];
  readonly lines: readonly Inputs[];
  readonly payments: readonly Inputs[];
  /** What the database must arrive at, in cents. */
  readonly expected: { readonly sold: bigint; readonly paid: bigint };
}

export interface Random {
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  /** Some of the list, in its order. */
  some<T>(list: readonly T[], most: number): T[];
  chance(percent: number): boolean;
  uuid(): string;
}

/** mulberry32: 32 bits of state, far more than enough for a demo. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const hex = (digits: number): string => Array.from({ length: digits }, () => int(0, 15).toString(16)).join('');
  return {
    int,
    pick: (list) => list[int(0, list.length - 1)] as (typeof list)[number],
    some: (list, most) => {
      const wanted = new Set(Array.from({ length: int(0, most) }, () => int(0, list.length - 1)));
      return list.filter((_, i) => wanted.has(i));
    },
    chance: (percent) => int(1, 100) <= percent,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[int(0, 3)]}${hex(3)}-${hex(12)}`,
  };
};

const GIVEN = ['Lan', 'Minh', 'Ngọc', 'Tuấn', 'Hương', 'Đức', 'Anna', 'José', 'Zoë', 'Grace', 'Ken', 'Noor'] as const;
const FAMILY = ['Nguyễn', 'Trần', 'Lê', 'Phạm', "O'Brien", 'Müller', 'García', 'Okafor', 'Sato', 'Lindström'] as const;
const CITIES = [
  ['Hà Nội', '100000', 'VN'],
  ['Huế', '530000', 'VN'],
  ['Đà Nẵng', '550000', 'VN'],
  ['Lyon', '69001', 'FR'],
  ['Porto', '4000-001', 'PT'],
] as const;
const STREETS = ['Hàng Bạc', 'Lê Lợi', 'Rue de la Ré"publique"', 'Rua do Almada', 'Trần Phú'] as const;
const THINGS = ['teapot', 'cup', 'kettle', 'tray', 'whisk', 'tin', 'scale', 'filter', 'bowl', 'spoon'] as const;
const KINDS = ['celadon', 'iron', 'glass', 'bamboo', 'copper', 'lacquer'] as const;
const NOTES = [
  "ring twice; dog doesn't bite",
  'gift wrap',
  'gọi trước khi giao',
  'leave at the door\nof number 4',
] as const;

/** Cents as the digits that a numeric column reads. */
export const money = (cents: bigint): string => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;

const ascii = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();

const START = Date.UTC(2026, 0, 5, 8);
const MINUTE = 60_000;
const at = (minutes: number): string => new Date(START + minutes * MINUTE).toISOString();
const day = (days: number): string => new Date(START + days * 1440 * MINUTE).toISOString().slice(0, 10);

const customer = (random: Random, n: number): Inputs => {
  const [given, family] = [random.pick(GIVEN), random.pick(FAMILY)];
  const [city, postcode, country] = random.pick(CITIES);
  return {
    id: random.uuid(),
    email: `${ascii(given)}.${ascii(family)}.${n}@example.com`,
    name: `${family} ${given}`,
    ...(random.chance(70)
      ? { phone: `+84 ${random.int(20, 99)} ${random.int(100, 999)} ${random.int(1000, 9999)}` }
      : {}),
    ...(random.chance(80)
      ? { address: { street: `${random.int(1, 200)} ${random.pick(STREETS)}`, city, postcode, country } }
      : { address: null }),
    tags: random.some(['vip', 'wholesale', 'newsletter', 'café "owner"'], 2),
    preferences: {
      newsletter: random.chance(50),
      language: random.pick(['vi', 'en', 'fr']),
      size: random.int(1, 9) / 2,
    },
  };
};

const user = (random: Random, n: number): Inputs => ({
  email: `clerk${n}@shop.example`,
  // What an application would store: a hash, never the password itself.
  password: `scrypt$${random.uuid().replaceAll('-', '')}`,
  role: n === 1 ? 'manager' : 'clerk',
});

type Product = { readonly inputs: Inputs; readonly id: string; readonly cents: bigint };

const product = (random: Random, n: number): Product => {
  const [kind, thing] = [random.pick(KINDS), random.pick(THINGS)];
  const cents = BigInt(random.int(150, 25_000));
  const id = random.uuid();
  return {
    id,
    cents,
    inputs: {
      id,
      sku: `${ascii(thing).slice(0, 3).toUpperCase()}-${String(n).padStart(4, '0')}`,
      name: `${kind} ${thing}, no. ${n}`,
      price: money(cents),
      stock: random.int(0, 400),
      tags: [kind, thing],
      attributes: {
        weight_g: random.int(20, 3000),
        dishwasher: random.chance(40),
        sizes: random.some(['S', 'M', 'L'], 3),
      },
      ...(random.chance(30) ? { sold_during: `[${day(random.int(0, 60))},${day(random.int(61, 300))})` } : {}),
    },
  };
};

/** As PostgreSQL rounds: half away from zero. */
const lineTotal = (quantity: bigint, cents: bigint, discountPercent: bigint): bigint =>
  (quantity * cents * (100n - discountPercent) * 2n + 100n) / 200n;

export const generateShop = (seed: number): Shop => {
  const random = createRandom(seed);
  const customers = Array.from({ length: 80 }, (_, i) => customer(random, i + 1));
  const users = Array.from({ length: 6 }, (_, i) => user(random, i + 1));
  const products = Array.from({ length: 40 }, (_, i) => product(random, i + 1));
  const orders: Inputs[] = [];
  const lines: Inputs[] = [];
  const payments: Inputs[] = [];
  let [sold, paid] = [0n, 0n];

  for (let n = 1; n <= 140; n++) {
    const id = random.uuid();
    const status = random.pick(['draft', 'placed', 'paid', 'paid', 'shipped', 'shipped', 'cancelled'] as const);
    const placed = n * 97 + random.int(0, 60);
    orders.push({
      id,
      customer_id: random.pick(customers).id,
      status,
      ...(status === 'draft' ? {} : { placed_at: at(placed) }),
      ...(status === 'shipped' ? { shipped_at: at(placed + random.int(60, 2880)) } : {}),
      ...(random.chance(25) ? { note: random.pick(NOTES) } : {}),
    });
    let total = 0n;
    const count = random.int(1, 5);
    for (let line = 1; line <= count; line++) {
      const chosen = random.pick(products);
      const quantity = random.int(1, 12);
      const discount = random.chance(20) ? random.pick([5, 10, 33]) : 0;
      total += lineTotal(BigInt(quantity), chosen.cents, BigInt(discount));
      lines.push({
        order_id: id,
        line,
        product_id: chosen.id,
        quantity,
        unit_price: money(chosen.cents),
        ...(discount === 0 ? {} : { discount: money(BigInt(discount)) }),
      });
    }
    sold += total;
    if (status !== 'paid' && status !== 'shipped') continue;
    // Some pay in two parts.
    const first = random.chance(15) && total > 1n ? total / 2n : total;
    for (const [part, amount] of [first, total - first].filter((cents) => cents > 0n).entries()) {
      payments.push({
        id: random.uuid(),
        order_id: id,
        method: random.pick(['card', 'transfer', 'cash', 'voucher']),
        amount: money(amount),
        reference: `R${String(n).padStart(4, '0')}-${part + 1}`,
        paid_at: at(placed + 15 * (part + 1)),
      });
      paid += amount;
    }
  }
  return {
    customers,
    users,
    products: products.map(({ inputs }) => inputs),
    orders,
    lines,
    payments,
    expected: { sold, paid },
  };
};
