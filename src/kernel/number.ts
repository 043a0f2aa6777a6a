/** `rounded(2.349, 1)` is 2.3; for figures that people read. */
export const rounded = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals
