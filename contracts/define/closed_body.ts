/**
 * A contract's literal is inferred, and inferred literals may carry members that their constraint
 * does not have: a misspelt `historry`, a stream resource. These types turn each such member into a
 * compile-time error that says so.
 *
 * @module
 */
import type {
  ContractBody,
  KvDeclaration,
  ReceiveTransfer,
  ResourcesDeclaration,
  SendTransfer,
  StoreDeclaration,
} from "./declaration.ts";
import type { Section, SurfaceAction, SurfaceKind } from "../manifest/sections.ts";

/** Says in the editor what is wrong; an object, so that the compiler keeps it apart from literals. */
interface Undeclared<Message extends string> {
  readonly undeclared: Message;
}

type ClosedActions<T, Allowed> = {
  readonly [Action in keyof T]: string extends Action ? T[Action]
    : Action extends Allowed ? T[Action]
    : Undeclared<`"${Action & string}" is no action: the list would guard nothing`>;
};

/** The store of files must be one of the contract, and what is said of them must go with their direction. */
type ClosedTransfer<T, Stores> = T extends object ? {
    readonly [Key in keyof T]: Key extends "store" ? T[Key] extends Stores ? T[Key]
      : Undeclared<`"${T[Key] & string}" is no store of this contract`>
      : Key extends keyof TransferOf<T> ? T[Key]
      : Undeclared<`"${Key & string}" is not a member of this declaration`>;
  }
  : T;

type TransferOf<T> = T extends { readonly direction: "receive" } ? ReceiveTransfer : SendTransfer;

/** The aliases of a contract's stores. */
type StoresOf<B> = B extends { readonly resources: { readonly store: infer Stores } } ? keyof Stores
  : B extends { readonly resources?: { readonly store?: infer Stores } } ? keyof Stores
  : never;

/** `T` with every member that `Shape` lacks turned into a message. */
type Closed<T, Shape, Allowed = never, Stores = never> = {
  readonly [Key in keyof T]: Key extends "capabilities" ? ClosedActions<T[Key], Allowed>
    : Key extends "transfer" & keyof Shape ? ClosedTransfer<T[Key], Stores>
    : Key extends keyof Shape ? T[Key]
    : Undeclared<`"${Key & string}" is not a member of this declaration`>;
};

type ClosedMap<T, Shape, Allowed = never, Stores = never> = {
  readonly [Name in keyof T]: Closed<T[Name], Shape, Allowed, Stores>;
};

/** What one declaration of a section may hold. */
type Declaration<S extends keyof ContractBody> = NonNullable<ContractBody[S]> extends
  { readonly [name: string]: infer One } ? One : never;

type ClosedResources<R> = {
  readonly [Kind in keyof R]: Kind extends "kv" ? ClosedMap<R[Kind], KvDeclaration>
    : Kind extends "store" ? ClosedMap<R[Kind], StoreDeclaration>
    : Kind extends keyof ResourcesDeclaration ? R[Kind]
    : Undeclared<"resources are kv and store; Trellis provisions streams itself">;
};

/** What a contract body must also be: free of undeclared members. */
export type ClosedBody<B, Shape> = {
  readonly [Name in keyof B]: Name extends keyof Shape
    ? Name extends SurfaceKind
      ? ClosedMap<B[Name], Declaration<Name>, SurfaceAction<Name>, StoresOf<B>>
    : Name extends "resources" ? ClosedResources<B[Name]>
    : Name extends Section ? ClosedMap<B[Name], Declaration<Name>>
    : B[Name]
    : Undeclared<`"${Name & string}" is not a section of this kind of contract`>;
};
