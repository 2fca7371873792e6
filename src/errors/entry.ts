/** A code that pg_ai raises, with the texts that people read. {name} is filled in when it is raised. */
export interface ErrorEntry {
  readonly code: string;
  /** What it means, for the documentation. */
  readonly meaning: string;
  readonly en: string;
  readonly vi: string;
  /** What to do about it. */
  readonly hint?: { readonly en: string; readonly vi: string };
}
