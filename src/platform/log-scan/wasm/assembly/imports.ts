// @ts-nocheck -- AssemblyScript

/** The number of the name that stands there in the table (0 services, 1 hosts, 2 levels). */
export declare function nameAt(table: i32, from: i32, to: i32): i32;
/** The template of a message that the program reads itself. */
export declare function mine(group: i32, from: i32, to: i32): i32;
/** The template of the message signed last, which must be searched for. */
export declare function place(group: i32): i32;
/** What the template is part of by now. */
export declare function finalOf(template: i32): i32;
/** The group of lines without a service. */
export declare function groupOfNobody(): i32;
/** A line that only the program can read. */
export declare function decline(from: i32, to: i32, reason: i32): void;
