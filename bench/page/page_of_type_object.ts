/** The same page, whose contract imports TypeBox's `Type`, which brings all that TypeBox can build. */
import { Type } from "@sinclair/typebox";
import "./page.ts";

console.log(Type.Object({}));
