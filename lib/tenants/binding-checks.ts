import type { AdapterModule, EntityBinding, FieldRule } from '../adapters/adapter';
import { nearestName } from './nearest-name';
import { FORBIDDEN_NAMES, hasControlCharacters, shownName } from './plain-json';
import { transformFault } from './transform-checks';

/** What is wrong with a rule: `at` says where, in words that start a sentence. */
export interface RuleFault {
	at: string;
	reason: string;
	remedy: string;
}

const MAX_PATH_SEGMENTS = 8;

/** `orders` or `shop.orders`: goes into a foreign key, where a name cannot be a parameter. */
const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/;

/** The first thing wrong with a binding, or undefined. */
export function checkBinding(
	binding: EntityBinding,
	all: ReadonlyMap<string, EntityBinding>,
	pack: Pick<AdapterModule, 'keyField' | 'ownSystem'>,
): RuleFault | undefined {
	// Of your own system whole records are read: there is nothing to map them to.
	if (binding.fields.length === 0 && pack.ownSystem !== true) {
		return {
			at: 'the entity',
			reason: 'has no field rules',
			remedy: 'Give "fields" with at least one rule: { "local": "number", "external": "name" }.',
		};
	}
	return (
		nameFault(binding.object, 'object') ??
		first(binding.fields, (rule) => ruleFault(rule, binding, pack.keyField)) ??
		pairFault(binding.fields) ??
		associationFault(binding, all) ??
		onCreateFault(binding)
	);
}

/** What is wrong with `localTable`, or undefined. */
export function localTableFault(localTable: string): RuleFault | undefined {
	if (TABLE_NAME.test(localTable)) return undefined;
	return {
		at: `localTable "${shownName(localTable)}"`,
		reason: 'is not a table name',
		remedy: 'Write it as "orders" or "schema.orders", with letters, digits and _ only.',
	};
}

function ruleFault(rule: FieldRule, binding: EntityBinding, packKeyField: string): RuleFault | undefined {
	const at = `field "${shownName(rule.local)}"`;
	const bad =
		pathFault(rule.local, at) ??
		nameFault(rule.external, `${at}: external`) ??
		first(rule.transform?.join ?? [], (path) => pathFault(path, `${at}: joined field "${shownName(path)}"`)) ??
		transformFault(rule, at);
	if (bad !== undefined) return bad;
	if (rule.transform?.join !== undefined && binding.matchOn === rule.local) {
		return {
			at: `matchOn "${shownName(rule.local)}"`,
			reason: 'names a rule that joins fields',
			remedy: 'Match on one field of your system.',
		};
	}
	if (rule.strength === 'enforced' && rule.direction === 'pull' && rule.owner === 'local') {
		return {
			at,
			reason: 'is only pulled, yet owned by the local side and enforced: nothing could ever enforce it',
			remedy: 'Set direction to push or both, or owner to external.',
		};
	}
	if (rule.strength === 'enforced' && rule.direction === 'push' && rule.owner === 'external') {
		return {
			at,
			reason: 'is only pushed, yet owned by the external side and enforced: nothing could ever enforce it',
			remedy: 'Set direction to pull or both, or owner to local.',
		};
	}
	if (rule.external === packKeyField && rule.direction !== 'pull' && binding.matchOn !== rule.local) {
		return {
			at,
			reason: `is pushed into "${packKeyField}", where Crosslink keeps its own key`,
			remedy: `Map it to another field, or set "matchOn" to "${shownName(rule.local)}" to make it the key.`,
		};
	}
	return undefined;
}

/** Two rules that would write to the same place. */
function pairFault(rules: FieldRule[]): RuleFault | undefined {
	const pushed = new Map<string, string>();
	const pulled: string[] = [];
	const ends = new Set<string>();
	for (const rule of rules) {
		const at = `field "${shownName(rule.local)}"`;
		const both = JSON.stringify([rule.local, rule.external]);
		if (ends.has(both)) {
			return {
				at,
				reason: `has two rules to "${shownName(rule.external)}"`,
				remedy: 'Make it one, with direction both.',
			};
		}
		ends.add(both);
		if (rule.direction !== 'pull') {
			const other = pushed.get(rule.external);
			if (other !== undefined) {
				return {
					at,
					reason: `and field "${shownName(other)}" are both pushed into "${shownName(rule.external)}"`,
					remedy: 'Map one of them to another external field, or set its direction to pull.',
				};
			}
			pushed.set(rule.external, rule.local);
		}
		if (rule.direction !== 'push') {
			const other = pulled.find((path) => overlaps(path, rule.local));
			if (other === rule.local) {
				return {
					at,
					reason: 'is pulled from two external fields',
					remedy: 'Leave direction pull or both to one of the rules, and set the other to push.',
				};
			}
			if (other !== undefined) {
				return {
					at,
					reason: `and field "${shownName(other)}" are both pulled, and one lies inside the other`,
					remedy: 'Pull either the whole object or its parts.',
				};
			}
			pulled.push(rule.local);
		}
	}
	return undefined;
}

function associationFault(binding: EntityBinding, all: ReadonlyMap<string, EntityBinding>): RuleFault | undefined {
	const seen = new Set<string>();
	return first(binding.associations, (rule) => {
		const at = `association "${shownName(rule.local)}"`;
		if (seen.has(rule.local)) return { at, reason: 'is given twice', remedy: 'Keep one of the two.' };
		seen.add(rule.local);
		const bad = pathFault(rule.local, at);
		if (bad !== undefined || all.has(rule.entity)) return bad;
		const near = nearestName(rule.entity, [...all.keys()]);
		return {
			at,
			reason: `leads to the unknown entity "${shownName(rule.entity)}"`,
			remedy: `${near === undefined ? '' : `Did you mean "${near}"? `}Known: ${[...all.keys()].join(', ')}.`,
		};
	});
}

function onCreateFault(binding: EntityBinding): RuleFault | undefined {
	return first(Object.keys(binding.onCreate), (external) => {
		const bad = nameFault(external, 'onCreate: name');
		if (bad !== undefined || external !== binding.keyField) return bad;
		return {
			at: 'onCreate',
			reason: `sets "${external}", which carries the key`,
			remedy: `Take "${external}" out of onCreate.`,
		};
	});
}

function pathFault(path: string, at: string): RuleFault | undefined {
	const segments = path.split('.');
	if (segments.length > MAX_PATH_SEGMENTS) {
		return { at, reason: `is a path of more than ${MAX_PATH_SEGMENTS} parts`, remedy: 'Flatten the record first.' };
	}
	return first(segments, (segment) => {
		if (segment === '' || segment !== segment.trim() || hasControlCharacters(segment)) {
			return {
				at,
				reason: 'is not a field name or a path such as "custom_fields.po"',
				remedy: 'Write the names with single dots between them, without spaces around them.',
			};
		}
		return forbiddenFault(segment, at);
	});
}

function nameFault(name: string, at: string): RuleFault | undefined {
	if (name === '' || name !== name.trim() || hasControlCharacters(name)) {
		return { at, reason: 'is not a name', remedy: 'Write it as the other system spells it, without spaces around it.' };
	}
	return forbiddenFault(name, at);
}

const forbiddenFault = (name: string, at: string): RuleFault | undefined =>
	FORBIDDEN_NAMES.has(name)
		? { at, reason: `uses the forbidden name "${name}"`, remedy: 'Rename the field.' }
		: undefined;

const overlaps = (a: string, b: string): boolean => a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);

function first<T>(items: readonly T[], check: (item: T) => RuleFault | undefined): RuleFault | undefined {
	for (const item of items) {
		const fault = check(item);
		if (fault !== undefined) return fault;
	}
	return undefined;
}
