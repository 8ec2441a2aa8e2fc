import type { ExternalRecord, Fields } from '../adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../errors';
import type { LinkRow } from '../store/store';
import { keyOf } from './key';
import { inChunks } from './leases';
import { fieldsToRead } from './plan';
import type { Replication } from './replication';

/** A link without an external id, and the record's fields, which may hold its key. */
export interface Unanswered {
	link: LinkRow;
	fields: Fields;
}

/**
 * Looks records up by their key before they are created (again): an earlier run may have created them without living to
 * see the answer, and with a key of the tenant's own they may have been there all along. A found record is then updated,
 * so that what new records get besides (stage, pipeline) does not undo what a person has done since.
 * @returns per local id the record, or the error when the key leads to several; nothing for records that are not there
 */
export async function lookUp(
	replication: Replication,
	unanswered: Unanswered[],
): Promise<Map<string, ExternalRecord | CrosslinkError>> {
	const found = new Map<string, ExternalRecord | CrosslinkError>();
	const { adapter, binding, tenant, promises } = replication;
	const match = adapter.match?.bind(adapter);
	if (match === undefined || unanswered.length === 0) return found;

	const localIds = new Map<string, string>();
	for (const { link, fields } of unanswered) {
		try {
			localIds.set(keyOf(binding, tenant, link.localId, fields).value, link.localId);
		} catch (thrown) {
			found.set(link.localId, asCrosslinkError(thrown));
		}
	}
	for (const chunk of inChunks([...localIds.keys()], promises.batchSize.read)) {
		const asked = [...new Set([...fieldsToRead(binding), binding.keyField])];
		for (const record of await match(binding, binding.keyField, chunk, asked)) {
			const localId = localIds.get(String(record.fields[binding.keyField]));
			if (localId === undefined) continue;
			const earlier = found.get(localId);
			found.set(localId, earlier === undefined ? record : severalFound(replication, localId, earlier, record));
		}
	}
	return found;
}

/** A key that should name one record names several: a person has to choose. */
export class SeveralMatches extends CrosslinkError {
	constructor(
		replication: Replication,
		localId: string,
		/** External ids of all of them. */
		readonly candidates: string[],
	) {
		super({
			class: 'conflict',
			code: 'several_matches',
			message: `${replication.binding.displayName} "${localId}" matches more than one ${replication.integration} record: ${candidates.join(', ')}.`,
			remedy: 'Choose one with Link → Resolve Conflict, or merge them on the other side.',
		});
	}
}

function severalFound(
	replication: Replication,
	localId: string,
	earlier: ExternalRecord | CrosslinkError,
	record: ExternalRecord,
): CrosslinkError {
	if (earlier instanceof SeveralMatches) {
		return new SeveralMatches(replication, localId, [...earlier.candidates, record.externalId]);
	}
	if (earlier instanceof CrosslinkError) return earlier;
	return new SeveralMatches(replication, localId, [earlier.externalId, record.externalId]);
}
