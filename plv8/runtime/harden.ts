/*
 * All JavaScript of one role in a session shares one set of globals, in plv8 as in pljs. So that one hook cannot change what another one (or the
 * compiler) runs on, what the language itself brings is frozen before the first hook runs: no method of Array.prototype, no Math.random, no JSON can be
 * replaced. New globals can still be made; a hook that looks for another's will find them.
 */

const GLOBALS = (
  'Object Function Error EvalError RangeError ReferenceError SyntaxError TypeError URIError InternalError AggregateError Array Number Boolean String ' +
  'Symbol BigInt Date RegExp Math Reflect JSON Proxy Map Set WeakMap WeakSet WeakRef FinalizationRegistry Promise Atomics Intl Iterator ' +
  'ArrayBuffer SharedArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array ' +
  'BigInt64Array BigUint64Array Float32Array Float64Array parseInt parseFloat isNaN isFinite decodeURI decodeURIComponent encodeURI ' +
  'encodeURIComponent escape unescape eval globalThis plv8 pljs'
).split(' ');

/** What cannot be reached by a name. */
const hidden = (): unknown[] => [
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())),
  ...[
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ''[Symbol.iterator](),
    'a'.matchAll(/a/g),
  ].map((each) => Object.getPrototypeOf(each)),
  Object.getPrototypeOf(Int8Array),
  Object.getPrototypeOf(function* () {}),
  Object.getPrototypeOf(async () => {}),
  Object.getPrototypeOf(async function* () {}),
];

/**
 * Where a prototype's property cannot be written, neither can one of that name on an object made of it (`error.name = …`, `object.toString = …`). For
 * these, which programs do write, an accessor takes the writing and puts it where it belongs.
 */
const WRITTEN: readonly (readonly [object, readonly string[]])[] = [
  [
    Object.prototype,
    ['constructor', 'toString', 'toLocaleString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'propertyIsEnumerable'],
  ],
  [Function.prototype, ['constructor', 'name', 'toString']],
  [Array.prototype, ['constructor', 'toString', 'concat', 'push']],
  [Promise.prototype, ['constructor']],
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    (each) => [each.prototype, ['constructor', 'name', 'message', 'toString']] as const,
  ),
];

const letWrite = (owner: object, name: string): void => {
  const property = Object.getOwnPropertyDescriptor(owner, name);
  if (property === undefined || !('value' in property) || property.configurable !== true) return;
  const { value } = property;
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: property.enumerable === true,
    get: () => value,
    set(this: unknown, replacement: unknown) {
      if (this === owner) throw new TypeError(`${name} belongs to everybody and cannot be replaced`);
      if (this === null || (typeof this !== 'object' && typeof this !== 'function')) return;
      Object.defineProperty(this, name, { value: replacement, configurable: true, enumerable: true, writable: true });
    },
  });
};

/** Freezes what the language brings, and all that is reached from there. */
export const harden = (): void => {
  const global = globalThis as unknown as Record<string, unknown>;
  const waiting: unknown[] = [
    ...GLOBALS.map((name) => global[name]).filter((value) => value !== globalThis),
    ...hidden(),
  ];
  for (const [owner, names] of WRITTEN) for (const name of names) letWrite(owner, name);
  const seen = new Set<unknown>([globalThis]);
  while (waiting.length > 0) {
    const value = waiting.pop();
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
    seen.add(value);
    Object.freeze(value);
    waiting.push(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key);
      waiting.push(property?.value, property?.get, property?.set);
    }
  }
  for (const name of GLOBALS) {
    const property = Object.getOwnPropertyDescriptor(globalThis, name);
    if (property?.configurable === true && 'value' in property)
      Object.defineProperty(globalThis, name, { value: property.value, writable: false, configurable: false });
  }
};
