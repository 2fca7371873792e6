/**
 * What the database says about a table, as `ai_private.catalog_snapshot` prints it.
 * Names stand in place of OIDs, so that the same table gives the same document in any database.
 */
export interface TableSnapshot {
  readonly schema: string;
  readonly name: string;
  /** `schema.table`, each part quoted where SQL needs it. */
  readonly qualified: string;
  readonly kind: 'r' | 'p' | 'f' | 'v' | 'm';
  /** Major version of the server: 15, 16, … */
  readonly serverVersion: number;
  readonly comment: string | null;
  readonly rowSecurity: boolean;
  /** Schemas of what defaults and CHECKs call. */
  readonly schemas: readonly string[];
  readonly columns: readonly ColumnSnapshot[];
  readonly constraints: readonly ConstraintSnapshot[];
  readonly uniqueIndexes: readonly UniqueIndexSnapshot[];
  /** Absent where there are none. */
  readonly hooks?: readonly HookSnapshot[];
  readonly policies?: readonly PolicySnapshot[];
  /** The schema of pgcrypto; absent where nothing is to be hashed or encrypted, or it is not installed. */
  readonly pgcrypto?: string;
}

export interface ColumnSnapshot {
  readonly name: string;
  readonly type: string;
  readonly base: TypeSnapshot;
  readonly notNull: boolean;
  /** The default as SQL, fully qualified. */
  readonly default?: string;
  /** Sequences that the default reads. */
  readonly sequences?: readonly string[];
  readonly identity?: 'a' | 'd';
  readonly generated?: 's' | 'v';
  readonly comment?: string;
}

export interface TypeSnapshot {
  /** The base type without its modifier; domains are already followed. */
  readonly name: string;
  readonly kind: 'a' | 'b' | 'c' | 'e' | 'm' | 'p' | 'r';
  readonly category: string;
  readonly schemas?: readonly string[];
  /** The operator that compares two values, where it is not PostgreSQL's own. */
  readonly equality?: string;
  readonly domain?: string;
  readonly domainNotNull?: boolean;
  readonly element?: TypeSnapshot;
  readonly labels?: readonly string[];
  readonly attributes?: readonly string[];
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
}

export interface ConstraintSnapshot {
  readonly name: string;
  readonly kind: 'p' | 'u' | 'c' | 'f' | 'x';
  readonly columns?: readonly string[];
  readonly expression?: string;
  readonly deferrable?: boolean;
  readonly references?: { readonly table: string; readonly columns: readonly string[] };
}

export interface UniqueIndexSnapshot {
  readonly name: string;
  readonly primary?: boolean;
  readonly partial?: boolean;
  readonly deferred?: boolean;
  /** Absent where the index is over expressions. */
  readonly columns?: readonly string[];
  /** Columns that the index's expressions or predicate read. */
  readonly reads?: readonly string[];
}

/** A row of ai.hooks that applies to the table, or that its comment names; in the order in which hooks run. */
export interface HookSnapshot {
  readonly name: string;
  /** Absent: every operation. */
  readonly operation?: string;
  readonly phase: 'pre' | 'post' | 'post_commit' | 'on_error';
  /** Whether it is about this table or every table; else only the comment's naming it makes it apply. */
  readonly bound: boolean;
  readonly condition?: string;
  /** As it was written. */
  readonly function?: string;
  /** Where that leads: a function of that name that takes jsonb. */
  readonly routine?: RoutineSnapshot;
  readonly language?: 'sql' | 'plpgsql' | 'javascript';
  /** md5 of the inline code, which is a function in ai_gen already when the table is compiled. */
  readonly code?: string;
  readonly settings: unknown;
}

/** A function that somebody has written for pg_ai to call. */
export interface RoutineSnapshot {
  readonly schema: string;
  /** `schema.name`, quoted where SQL needs it. */
  readonly qualified: string;
  readonly kind: 'f' | 'p' | 'a' | 'w';
  readonly returns: string;
  readonly set?: boolean;
  readonly definer?: boolean;
  /** The owner, where that is no member of ai_admin. */
  readonly untrustedOwner?: string;
}

/** A row of ai.policies that applies to the table. */
export interface PolicySnapshot {
  readonly name: string;
  /** Null: every operation. */
  readonly operation: string | null;
  readonly kind: 'access' | 'rate_limit' | 'input' | 'data' | 'limit';
  readonly definition: unknown;
  /** Whether it is about every table. */
  readonly everywhere?: true;
}
