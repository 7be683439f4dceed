/** What a byte is to the shape of a token, one bit each: what stands around a value, and what parts values. */
export const OPENER = 1;
export const CLOSER = 2;
export const END = 4;
export const SEPARATOR = 8;

export const ROLE_OF_BYTE: Uint8Array = roleTable();

function roleTable(): Uint8Array {
  const table = new Uint8Array(256);
  const add = (characters: string, role: number) => {
    for (const character of characters) table[character.charCodeAt(0)] = (table[character.charCodeAt(0)] ?? 0) | role;
  };
  add("([{<~\"'`", OPENER);
  add(")]}>\"'`", CLOSER);
  add(",;:.!?", END);
  add("()[]{}<>\"'`=;|", SEPARATOR);
  return table;
}
