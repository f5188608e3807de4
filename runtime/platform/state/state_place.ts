import type { Principal } from "../../../contracts/identity/caller.ts";
import { StateError } from "../../../contracts/errors/state_error.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import {
  namespaceKey,
  type StateNamespace,
  writtenStateKey,
} from "../../../contracts/stored/state_key.ts";
import { quoted } from "../../operation_context.ts";
import { stateKeyError } from "../../state/state_key_error.ts";

/** What a contract declares of one store. */
export interface DeclaredStore {
  /** `value` or `map`. */
  readonly kind: string;
  readonly stateVersion: string;
  readonly schema: JsonObject | boolean;
  /** Schemas of older versions that can be read, by version. */
  readonly acceptedVersions: Readonly<Record<string, JsonObject | boolean>>;
  /** Declared no more: what is in it is read as it is, and nothing is written. */
  readonly isGone?: boolean;
}

/** The contract under which somebody's state is read and written, at one digest. */
export interface StateContract {
  readonly id: string;
  readonly digest: string;
  /** What it declares at that digest. */
  readonly stores: Readonly<Record<string, DeclaredStore>>;
  /** Accepted no more, or never. */
  readonly isGone?: boolean;
}

/** Whose state it is, and under which contract. */
export interface StateHolder {
  readonly principal: Principal;
  readonly contract: StateContract;
}

/** One store of one holder. */
export interface StatePlace {
  readonly namespace: StateNamespace;
  /** What its keys in the bucket begin with, before `.`; of a value store the whole key. */
  readonly prefix: string;
  readonly declared: DeclaredStore;
  /** Of the contract of the moment. */
  readonly digest: string;
}

/** One entry of a place. */
export interface EntryPlace extends StatePlace {
  /** The caller's key; undefined in a value store. */
  readonly key: string | undefined;
  /** The key in the bucket. */
  readonly storageKey: string;
}

/** Who may have state. Services keep theirs in `resources.kv`, admins have none. */
const HOLDERS: readonly string[] = ["user", "device", "agent"];

/** True for those who may have state. */
export function mayHold({ kind }: { readonly kind: string }): boolean {
  return HOLDERS.includes(kind);
}

/** The place of an entry, or why there is none. */
export function entryPlace(
  holder: StateHolder,
  { store, key }: { readonly store: string; readonly key?: string | undefined },
): Result<EntryPlace, StateError> {
  return placeOf(holder, store).andThen((place): Result<EntryPlace, StateError> => {
    const isMap = place.declared.kind === "map";
    if (isMap && key === undefined) {
      return err(wrongKind(store, "is a map, and no key is given", "name the entry by a key"));
    }
    if (!isMap && key !== undefined) {
      return err(wrongKind(store, "holds one value and takes no key", "leave the key out"));
    }
    const refused = key === undefined ? undefined : stateKeyError(store, key);
    if (refused !== undefined) return err(refused);
    const storageKey = key === undefined ? place.prefix : `${place.prefix}.${writtenStateKey(key)}`;
    return ok({ ...place, key, storageKey });
  });
}

/** The place of a map that is listed, or why there is none. */
export function mapPlace(
  holder: StateHolder,
  { store, prefix = "" }: { readonly store: string; readonly prefix?: string | undefined },
): Result<StatePlace, StateError> {
  return placeOf(holder, store).andThen((place): Result<StatePlace, StateError> => {
    if (place.declared.kind !== "map") {
      return err(wrongKind(store, "holds one value and is not listed", "get its value"));
    }
    const refused = prefix === "" ? undefined : stateKeyError(store, prefix);
    return refused === undefined ? ok(place) : err(refused);
  });
}

/** Of those who call again: hashing takes longer than all else that is decided here. */
const places = new WeakMap<StateHolder, Map<string, StatePlace>>();

function placeOf(holder: StateHolder, store: string): Result<StatePlace, StateError> {
  const known = places.get(holder)?.get(store);
  if (known !== undefined) return ok(known);
  const { principal, contract } = holder;
  const { id, digest, stores } = contract;
  const declared = Object.hasOwn(stores, store) ? stores[store] : undefined;
  if (declared === undefined) {
    return err(contract.isGone ? notAccepted(id) : undeclared(id, store));
  }
  const namespace = { principal, contract: id, store };
  const place = { namespace, prefix: namespaceKey(namespace), declared, digest };
  const ofHolder = places.get(holder) ?? new Map<string, StatePlace>();
  places.set(holder, ofHolder.set(store, place));
  return ok(place);
}

function undeclared(contract: string, store: string): StateError {
  return new StateError({
    reason: "store_undeclared",
    message: `${contract} declares no state store ${quoted(store)}`,
    hint: "declare it under state, and have the contract accepted",
    store,
  });
}

function notAccepted(contract: string): StateError {
  return new StateError({
    reason: "no_contract",
    message: `no contract ${quoted(contract)} is accepted`,
    hint: "give the id of an app, a device or an agent, as acme.notes@v1",
  });
}

function wrongKind(store: string, problem: string, hint: string): StateError {
  return new StateError({
    reason: "wrong_kind",
    message: `state.${store} ${problem}`,
    hint,
    store,
  });
}
