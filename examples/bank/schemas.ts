import { type Static, Type } from "@sinclair/typebox";

export const Account = Type.Object({ accountId: Type.String(), owner: Type.String() });
export const AccountRef = Type.Pick(Account, ["accountId"]);

export const Movement = Type.Object({
  movementId: Type.String(),
  accountId: Type.String(),
  amount: Type.Integer(),
});
export type Movement = Static<typeof Movement>;
export const NewMovement = Type.Pick(Movement, ["accountId", "amount"]);
export const MovementRef = Type.Pick(Movement, ["movementId"]);

export const Balance = Type.Object({ sum: Type.Integer(), movements: Type.Integer() });

export const Notice = Type.Object({ accountId: Type.String(), text: Type.String() });
export const Notices = Type.Object({ texts: Type.Array(Type.String()) });
