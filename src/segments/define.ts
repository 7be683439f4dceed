/** Evidence source of what applications push; ids of its records are made from it. */
export const PUSHED = "pushed-events";
