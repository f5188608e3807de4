import { assertEquals } from "@std/assert";
import { verifyUsers } from "./verify_users.ts";

Deno.test("a user who was written by hand, or made an admin by hand, is found", () => {
  const added = (id: string, details: Readonly<Record<string, string>>) =>
    ({ kind: "user.added", subject: `user:${id}`, details }) as const;
  const account = { issuer: "https://login.example.com", subject: "1" };
  const proven: Parameters<typeof verifyUsers>[1] = [
    added("1", { name: "ada", admin: "admin" }),
    added("2", { name: "bob" }),
    added("3", { name: "kim" }),
    { kind: "user.changed", subject: "user:4", details: { name: "eve" } } as const,
    { kind: "user.changed", subject: "user:1", details: { name: "ada", ...account } } as const,
  ];
  const found: string[] = [];
  const users = [
    { id: "1", name: "ada", admin: true, identities: [account] },
    { id: "2", name: "bob", identities: [account] },
    { id: "2", name: "bob", admin: true },
    { id: "3", name: "ada2" },
    { id: "4", name: "eve" },
  ] as const;
  verifyUsers(users, proven, (code, where, message) => found.push(`${code} ${where}: ${message}`));
  assertEquals(found, [
    "user.unrecorded user bob: no entry tells of the provider's account that lets 2 in",
    "user.unrecorded user bob: no entry tells who made an admin of 2",
    "user.unrecorded user ada2: no entry tells who added 3",
    "user.unrecorded user eve: no entry tells who added 4",
  ]);
});

Deno.test("what was told of names, admins and removals holds for the records", () => {
  const told = (
    kind: "user.added" | "user.changed" | "user.removed",
    id: string,
    details: Readonly<Record<string, string>>,
  ) => ({ kind, subject: `user:${id}`, details });
  const proven: Parameters<typeof verifyUsers>[1] = [
    told("user.added", "1", { name: "ada" }),
    told("user.changed", "1", { name: "ada", change: "renamed to", renamed: "ada2" }),
    told("user.changed", "1", { name: "ada2", change: "admin", admin: "given" }),
    told("user.added", "2", { name: "bob", admin: "admin" }),
    told("user.changed", "2", { name: "bob", change: "admin", admin: "taken" }),
    told("user.added", "3", { name: "kim" }),
    told("user.removed", "3", { name: "kim" }),
  ];
  const found: string[] = [];
  const users = [
    { id: "1", name: "ada2", admin: true },
    // Whoever was to be renamed may have stayed as they were.
    { id: "1", name: "ada" },
    { id: "1", name: "ada3" },
    { id: "2", name: "bob", admin: true },
    { id: "3", name: "kim" },
  ] as const;
  verifyUsers(users, proven, (_, where, message) => found.push(`${where}: ${message}`));
  assertEquals(found, [
    "user ada3: no entry tells who added 1",
    "user bob: no entry tells who made an admin of 2",
    "user kim: no entry tells who added 3",
  ]);
});
