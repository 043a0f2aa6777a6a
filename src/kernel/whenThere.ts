/** `use(value)`, at once where the value is there: what is asked thousands of times in a second makes no promise. */
export const whenThere = <T, R>(value: T | Promise<T>, use: (value: T) => R | Promise<R>): R | Promise<R> =>
  value instanceof Promise ? value.then(use) : use(value)
