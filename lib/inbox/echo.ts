import type { EntityBinding, ExternalRecord, FieldRule, FieldValue, WebhookEvent } from '../adapters/adapter';
import type { LinkRow } from '../store/store';
import { isEmpty, sameValue } from '../sync/fields';
import { baseOf } from '../sync/plan-field';

/** How far the other side's clock may be ahead of ours, in milliseconds. */
const CLOCK_SKEW_MS = 2_000;

/**
 * Whether a webhook event tells no more than what we wrote ourselves: a field that has the value both sides agreed on, or
 * the creation of a record that we have pushed to. In doubt it does not, because a needless look costs less than a
 * missed one.
 *
 * A field counts only if it was changed before the sides last agreed:
 *
 *     agreed on A -> a person writes B -> it is pulled -> the person writes A again -> the pull is confirmed, agreed on B
 *
 * The second edit must be seen, although its value is the agreed one when it arrives.
 */
export function isEchoOfWebhook(
	event: Pick<WebhookEvent, 'event' | 'changed' | 'occurredAt'>,
	binding: EntityBinding,
	link: LinkRow | undefined,
): boolean {
	if (link === undefined) return false;
	if (event.event === 'created') return link.pushedVersion !== null;
	if (event.event !== 'updated' || event.changed === undefined || link.syncStatus !== 'synced') return false;
	const { field, value } = event.changed;
	const agreedAt = link.lastSyncedAt?.getTime() ?? 0;
	if (event.occurredAt.getTime() > agreedAt + CLOCK_SKEW_MS) return false;
	const rules = binding.fields.filter(({ external }) => external === field);
	return rules.length > 0 && rules.every((rule) => isAgreed(rule, value, link));
}

/**
 * Whether a record that polling has found tells no more than what both sides agreed on: it is in the version our last
 * write left, or has the agreed value in every mapped field. Time is not asked, because other fields of a record change
 * all the time; so an edit that is taken back while a pull of it is not yet confirmed is left to the next change or
 * reconcile.
 */
export function isEchoOfRecord(record: ExternalRecord, binding: EntityBinding, link: LinkRow | undefined): boolean {
	if (link === undefined || link.syncStatus !== 'synced' || record.deleted) return false;
	if (record.externalId !== link.externalId) return false;
	if (record.version !== null && record.version === link.pushedVersion) return true;
	return (
		binding.fields.length > 0 && binding.fields.every((rule) => isAgreed(rule, record.fields[rule.external], link))
	);
}

/** HubSpot says '' in an event for what it gives as null in a record: empty is empty here. */
function isAgreed(rule: FieldRule, value: FieldValue | undefined, link: LinkRow): boolean {
	const base = baseOf(link.base, rule);
	if (base === undefined) return false;
	return sameValue(base.external, value) || (isEmpty(base.external) && isEmpty(value));
}
