import { Type } from "@sinclair/typebox";

const day = Type.String({ format: "date" });

export const Nothing = Type.Object({});
export const Sale = Type.Object({ day, amount: Type.Integer() });
export const Day = Type.Object({ day });
export const Days = Type.Object({ days: Type.Array(day, { minItems: 1, uniqueItems: true }) });
export const Total = Type.Object({ total: Type.Integer() });
export const Progress = Type.Object({ done: Type.Integer(), total: Type.Integer() });
export const Approval = Type.Object({ by: Type.String(), isApproved: Type.Boolean() });
export const Report = Type.Object({ total: Type.Integer(), approvedBy: Type.String() });
