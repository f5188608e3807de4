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
