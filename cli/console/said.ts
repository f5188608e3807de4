/** Something said to a person on the next page that they see. */
export interface Said {
  readonly kind: "done" | "problem";
  readonly text: string;
}
