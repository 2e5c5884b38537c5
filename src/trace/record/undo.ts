/** What is to be undone, last things first, however a recording ends. */
export class Undo {
  private readonly steps: { readonly what: string; readonly undo: () => Promise<void> }[] = [];

  /** @param what is told where it fails: "cannot …" */
  add(what: string, undo: () => Promise<void>): void {
    this.steps.push({ what, undo });
  }

  /** Undoes all of it, each step whatever became of the others. Returns what could not be undone, a line each. */
  async run(): Promise<string[]> {
    const failed: string[] = [];
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await step.undo();
      } catch (error) {
        failed.push(`cannot ${step.what} (${(error as Error).message})`);
      }
    }
    return failed;
  }
}
