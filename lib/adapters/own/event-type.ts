import type { WebhookEvent } from '../adapter';

type Kind = WebhookEvent['event'];

const WORDS: Record<Kind, string[]> = {
	created: ['created', 'create', 'creation', 'added', 'add', 'inserted', 'insert', 'new'],
	updated: ['updated', 'update', 'changed', 'change', 'modified', 'modify', 'edited', 'edit', 'saved', 'save'],
	deleted: [
		'deleted',
		'delete',
		'deletion',
		'removed',
		'remove',
		'archived',
		'archive',
		'trashed',
		'trash',
		'destroyed',
	],
	merged: ['merged', 'merge'],
	restored: ['restored', 'restore', 'undeleted', 'unarchived', 'recovered'],
};

const KINDS = new Map(
	Object.entries(WORDS).flatMap(([kind, words]) => words.map((word): [string, Kind] => [word, kind as Kind])),
);

/**
 * Entity and kind of `order.updated`, also written `order/updated`, `order:updated`, or `order_updated` where the last part
 * is a word we know. Any other verb means "look at this record": `order.shipped` is an update of an order, and so is `order`.
 */
export function readEventType(type: string): { entity: string; event: Kind } {
	const [, entity, verb] = /^(.+)[./:]([^./:]*)$/s.exec(type) ?? [];
	if (entity !== undefined && verb !== undefined) return { entity, event: kindOf(verb) ?? 'updated' };
	const [, before, word] = /^(.+)[_-]([^_-]+)$/s.exec(type) ?? [];
	const event = word === undefined ? undefined : kindOf(word);
	return before === undefined || event === undefined ? { entity: type, event: 'updated' } : { entity: before, event };
}

const kindOf = (verb: string): Kind | undefined => KINDS.get(verb.toLowerCase());
