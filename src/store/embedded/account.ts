import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The user that the server runs as. PostgreSQL refuses root, so root lends its work to somebody with fewer rights. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** In order of preference; initdb needs an account that the system knows by name. */
const UNPRIVILEGED = ["postgres", "nobody", "daemon"];

/** Null: run as ourselves. As root: an existing account without rights. Throws when root finds none. */
export function accountForServer(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const known = readFileSync("/etc/passwd", "utf8").split("\n").flatMap(parseAccount);
  for (const name of UNPRIVILEGED) {
    const account = known.find((candidate) => candidate.name === name);
    if (account) return account;
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and none of the users ${UNPRIVILEGED.join(", ")} exists here. ` +
      "Run as an ordinary user, or set DATABASE_URL.",
  );
}

/** Whether `account` may enter `folder` and everything above it. Always true when we run the server as ourselves. */
export function canEnter(account: Account | null, folder: string): boolean {
  if (account === null) return true;
  const path = resolve(folder);
  if (!mayEnter(account, path)) return false;
  return dirname(path) === path || canEnter(account, dirname(path));
}

function mayEnter(account: Account, folder: string): boolean {
  const { mode, uid, gid } = statSync(folder);
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

function parseAccount(line: string): readonly Account[] {
  const [name = "", , uid = "", gid = ""] = line.split(":");
  return name !== "" && isUsable(uid) && isUsable(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
}

/** 0 would be root under another name; huge numbers are "minus two" on some systems and cannot be used. */
function isUsable(id: string): boolean {
  return /^\d{1,6}$/u.test(id) && Number(id) > 0;
}
