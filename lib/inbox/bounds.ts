/** Largest webhook body read, in bytes. HubSpot sends at most 100 events of well under 1 KB each. */
export const MAX_WEBHOOK_BYTES = 1024 * 1024;
