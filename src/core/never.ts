/** Makes a `switch` over a union complete: a new variant that is not handled does not compile. */
export function assertNever(value: never): never {
  throw new TypeError(`unhandled variant: ${JSON.stringify(value)}`);
}
