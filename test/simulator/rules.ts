import type { EntityBinding, FieldRule, FieldValue } from '../../lib/adapters/adapter';
import type { Random } from './random';
import { REFERENCES } from './references';
import type { FieldKind } from './remote';
import { KEY_FIELD } from './remote-adapter';

const KINDS: FieldKind[] = ['text', 'number', 'phone', 'email'];
const EVERY = {
	direction: ['push', 'pull', 'both', 'both'] as const,
	owner: ['local', 'external'] as const,
	policy: ['owner', 'newer', 'onlyIfEmpty', 'manual'] as const,
	strength: ['initial', 'onChange', 'onChange', 'enforced'] as const,
};

export interface SimulatedRule extends FieldRule {
	kind: FieldKind;
}

/** Rules of one run: every direction, owner, policy and strength that settings allow. */
export function randomRules(random: Random, count: number): SimulatedRule[] {
	return Array.from({ length: count }, (_, index): SimulatedRule => {
		const kind = KINDS[index % KINDS.length] as FieldKind;
		const direction = random.pick(EVERY.direction);
		const strength = random.pick(EVERY.strength);
		// What is enforced one way must be owned by the side it comes from; settings refuse the other.
		const owner = direction === 'both' || strength !== 'enforced' ? random.pick(EVERY.owner) : ownerOf(direction);
		const transform = kind === 'number' ? { type: 'number' as const } : random.chance(0.3) ? { trim: true } : undefined;
		return {
			local: random.chance(0.2) ? `custom.f${index}` : `f${index}`,
			external: `x${index}`,
			direction,
			owner,
			policy: random.pick(EVERY.policy),
			strength,
			kind,
			...(transform ? { transform } : {}),
		};
	});
}

const ownerOf = (direction: 'push' | 'pull'): FieldRule['owner'] => (direction === 'push' ? 'local' : 'external');

export function bindingOf(rules: SimulatedRule[], onDelete: EntityBinding['onDelete']): EntityBinding {
	return {
		entity: 'order',
		displayName: 'Order',
		object: 'deals',
		fields: rules.map(({ kind: _kind, ...rule }) => rule),
		associations: REFERENCES.map(({ field, entity }) => ({ local: field, entity })),
		linkColumns: [],
		keyField: KEY_FIELD,
		onDelete,
		onCreate: {},
	};
}

export function kindsOf(rules: SimulatedRule[]): Record<string, FieldKind> {
	return { [KEY_FIELD]: 'text', ...Object.fromEntries(rules.map(({ external, kind }) => [external, kind])) };
}

/** A value nobody has used before, in a form that the other side may store differently. */
export function freshValue(random: Random, kind: FieldKind, serial: number): string {
	switch (kind) {
		case 'text':
			return random.pick([`t${serial}`, ` t${serial} `, `t${serial}\n`]);
		case 'email':
			return random.pick([`P${serial}@Example.org`, `p${serial}@example.org `]);
		case 'phone':
			return random.pick([`+49 (30) ${serial}`, `0049-${serial}`, `+49${serial}`]);
		case 'number':
			return random.pick([`${serial}.50`, `${serial}.504`, `${serial}`, ` ${serial}.0 `]);
	}
}

/** The same in your system's form; numbers as numbers now and then. */
export function freshLocal(random: Random, kind: FieldKind, serial: number): FieldValue {
	const text = freshValue(random, kind, serial);
	return kind === 'number' && random.chance(0.5) ? Number(text) : text;
}
