/** The largest answer we read: 100 records with several long texts stay far below it. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Code of the error an HttpClient throws when it stops reading an answer that is too long. */
export const ANSWER_TOO_LARGE = 'ANSWER_TOO_LARGE';
