import { FileGrantSchema } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

export const Thing = Type.Object({ key: Type.String() });
export const Things = Type.Object({ keys: Type.Array(Type.String()) });
export const Download = Type.Object({ file: FileGrantSchema });
export const Nothing = Type.Object({});
