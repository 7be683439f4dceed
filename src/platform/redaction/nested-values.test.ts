import { expect, test } from "vitest";
import { createRedactor } from "./redact.ts";

const redactor = createRedactor({ pseudonymKey: "k" });
const text = (raw: string): string => redactor.text(raw);

test.each([
  ['{"password":{"value":"swordfish"},"tries":3}', '{"password":{"value":"[redacted-secret]"},"tries":3}'],
  [
    "{'secret': {'a': [{'b': 'swordfish'}], 'n': 17}}",
    "{'secret': {'a': [{'b': '[redacted-secret]'}], 'n': [redacted-secret]}}",
  ],
  [
    '{"m":"{\\"password\\":{\\"value\\":\\"swordfish\\"}}"}',
    '{"m":"{\\"password\\":{\\"value\\":\\"[redacted-secret]\\"}}"}',
  ],
  ['"passwords": ["swordfish", "hunter2"], "b": 1', '"passwords": ["[redacted-secret]", "[redacted-secret]"], "b": 1'],
  ['{"secret":{"type":"x","note":"token=swordfish"}}', '{"secret":{"type":"x","note":"[redacted-secret]"}}'],
  ['{"token":{"error":"password=swordfish was wrong"}}', '{"token":{"error":"password=[redacted-secret] was wrong"}}'],
  ['["sync","--password","swordfish"]', '["sync","--password","[redacted-secret]"]'],
  ['{"name":"DB_PASSWORD","value":"swordfish"}', '{"name":"DB_PASSWORD","value":"[redacted-secret]"}'],
  ["db.password.value=swordfish", "db.password.value=[redacted-secret]"],
])("what stands below a secret name is hidden, its structure stays: %s", (raw, clean) => {
  expect(text(raw)).toBe(clean);
  expect(text(clean)).toBe(clean);
});

test.each([
  '{"token":{"type":"refresh","expires_in":3600,"valid":false}}',
  '{"password":{"changed":true,"policy":"strong","length":12}}',
  '{"tokens":{"prompt":512,"completion":17}}',
  '{"secret":{"secretName":"db","defaultMode":420,"items":[{"key":"tls.crt","path":"crt"}]}}',
  '{"basicAuth":{"password":{"name":"scraper","key":"password"}}}',
  "at ResetPassword.java:118 password.ts:12:3",
])("what only describes a secret stays: %s", (line) => {
  expect(text(line)).toBe(line);
});
