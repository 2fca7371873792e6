/** Why and when an attempt ends before its work does. An AbortSignal is made of it for whoever asks for one: most handlers do not. */
export class Ending {
  /** In milliseconds, as Date.now() counts. */
  readonly deadline: number;
  reason: Error | undefined;
  readonly #timer: NodeJS.Timeout;
  #fail: ((reason: Error) => void) | undefined;
  #controller: AbortController | undefined;

  constructor(timeoutMs: number) {
    this.deadline = Date.now() + timeoutMs;
    this.#timer = setTimeout(
      () => this.abort(new Error(`the attempt took longer than timeout_ms (${timeoutMs})`)),
      timeoutMs,
    );
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.reason !== undefined) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.#controller?.abort(reason);
    this.#fail?.(reason);
  }

  /** Waits for the work, but no longer than until the end: a handler that does not heed its signal is left to itself. */
  race(work: Promise<void>): Promise<void> {
    return new Promise((done, fail) => {
      this.#fail = fail;
      if (this.reason !== undefined) fail(this.reason);
      work.then(done, fail);
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
