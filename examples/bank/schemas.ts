import { type Static, Type } from "@sinclair/typebox";

// Ids become parts of keys and of filters, where others than these would stand for more than one.
const accountId = Type.String({ pattern: "^[A-Za-z0-9-]{1,40}$" });

export const Account = Type.Object({ accountId, owner: Type.String() });
export const AccountRef = Type.Pick(Account, ["accountId"]);

export const Movement = Type.Object({
  movementId: Type.String(),
  accountId,
  amount: Type.Integer(),
});
export type Movement = Static<typeof Movement>;
export const NewMovement = Type.Pick(Movement, ["accountId", "amount"]);
export const MovementRef = Type.Pick(Movement, ["movementId"]);

export const Balance = Type.Object({ sum: Type.Integer(), movements: Type.Integer() });

export const Notice = Type.Object({ accountId, text: Type.String() });
export const Notices = Type.Object({ texts: Type.Array(Type.String()) });
