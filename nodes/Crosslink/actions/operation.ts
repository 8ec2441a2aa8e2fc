import type { IBinaryKeyData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { CrosslinkError } from '../../../lib/errors';
import type { Session } from '../../../lib/host/session';

/** What came of one input item. An item may have several results (a list) or one. */
export interface ItemResult {
	/** Index of the input item this belongs to. */
	index: number;
	json: IDataObject;
	/** Documents that belong to it. */
	binary?: IBinaryKeyData;
	/** Set = this item failed; `json` then says what is known. */
	error?: CrosslinkError;
}

/** Carries an operation out for all items. Failures of single items are results; thrown is only what concerns all. */
export type Execute = (this: IExecuteFunctions, session: Session, indexes: number[]) => Promise<ItemResult[]>;

/** What comes out when the store cannot be opened, for an operation that must not stop its flow then. */
export type WithoutStore = (this: IExecuteFunctions, indexes: number[], error: CrosslinkError) => ItemResult[];

/** A failed item of which nothing more is known. */
export function failedItem(index: number, error: CrosslinkError): ItemResult {
	return { index, json: { outcome: 'failed', error: { ...error.toPlain() } }, error };
}

/** A value of ours as n8n's JSON: absent keys are dropped, dates become ISO text. */
export function asJson(value: object): IDataObject {
	return JSON.parse(JSON.stringify(value)) as IDataObject;
}
