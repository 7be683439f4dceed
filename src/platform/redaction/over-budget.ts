/** Checking a text would cost more than it may; the text is withheld. */
export class OverBudget extends Error {
  constructor() {
    super("redaction ran over its budget");
    this.name = "OverBudget";
  }
}
