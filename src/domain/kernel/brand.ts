declare const brand: unique symbol;

/** A value that was checked once at the edge and cannot be mixed up with another of the same shape. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
