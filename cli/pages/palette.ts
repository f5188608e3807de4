/** The colours of all pages, by their use. Each pair can be read on the other, light and dark. */
export const PALETTE = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f4f5f2, #14171a);
  --sheet: light-dark(#ffffff, #1d2125);
  --ink: light-dark(#1c2024, #e8eaed);
  --faint: light-dark(#5b636b, #a2abb3);
  --line: light-dark(#d5d9dc, #3a4148);
  --accent: light-dark(#1f6b4a, #6fcf9f);
  --on-accent: light-dark(#ffffff, #0e1a14);
  --alarm: light-dark(#a32020, #ff9c92);
  --alarm-ground: light-dark(#fdeeee, #3a2020);
}
`;
