import type { AdapterModule, EntityBinding, EntityDefaults } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { checkBinding, localTableFault, type RuleFault } from './binding-checks';
import { nearestName } from './nearest-name';
import { shownName } from './plain-json';
import {
	layAssociations,
	layFields,
	linesOf,
	type AssociationLine,
	type FieldLine,
	type Level,
	type SwitchedRule,
} from './rule-layers';
import type { EntitySettings, FieldRuleSettings } from './settings';

type Pack = Pick<AdapterModule, 'integration' | 'entities' | 'keyField' | 'ownSystem'>;

/** Settings of one level above the pack. */
export interface LevelEntities {
	level: Exclude<Level, 'pack'>;
	entities: Record<string, EntitySettings>;
}

/** How one entity is mapped, and which level says so. */
export interface EntityMapping {
	/** Ready for the engine: rules that are switched off are not in it. */
	binding: EntityBinding;
	localTable?: string;
	/** Every line in force, those switched off included. */
	fields: FieldLine[];
	associations: AssociationLine[];
	/** Level of each other part, by its path: `object`, `matchOn`, `onDelete`, `localTable`, `onCreate.pipeline`. */
	sources: Record<string, Level>;
}

/** Becomes part of a table name (`hubspot_order_link`), and PostgreSQL cuts names off at 63 bytes. */
const ENTITY_NAME = /^[a-z][a-z0-9_]{0,29}$/;

/**
 * Lays the levels over the adapter's defaults, lowest first: entity name to mapping.
 * An entity the adapter does not know needs `object`; an entity whose `object` a level changes starts anew there, because
 * rules, key and `onCreate` below name properties of another object.
 * @param strict the level that is about to be saved: there, switching off what does not exist is an error, too
 * @throws CrosslinkError `rejected`, `mapping_invalid`, which names entity, rule, reason and remedy
 */
export function buildMappings(
	pack: Pack,
	levels: readonly LevelEntities[],
	strict?: LevelEntities['level'],
): Map<string, EntityMapping> {
	const names = new Set(pack.entities.map(({ entity }) => entity));
	for (const { entities } of levels) Object.keys(entities).forEach((entity) => names.add(entity));
	const mappings = new Map<string, EntityMapping>();
	for (const entity of names) mappings.set(entity, mapEntity(pack, entity, levels, strict));

	const bindings = bindingsOf(mappings);
	for (const { binding, localTable } of mappings.values()) {
		const fault =
			checkBinding(binding, bindings, pack) ?? (localTable === undefined ? undefined : localTableFault(localTable));
		if (fault !== undefined) throw invalidMapping(pack, binding.entity, fault);
	}
	return mappings;
}

/** What the engine needs of the mappings. */
export function bindingsOf(mappings: ReadonlyMap<string, EntityMapping>): Map<string, EntityBinding> {
	return new Map(
		[...mappings].map(([entity, { binding, localTable }]) => [
			entity,
			localTable === undefined ? binding : { ...binding, localTable },
		]),
	);
}

function mapEntity(
	pack: Pack,
	entity: string,
	levels: readonly LevelEntities[],
	strict: LevelEntities['level'] | undefined,
): EntityMapping {
	const known = pack.entities.find((one) => one.entity === entity);
	const defaults = known ?? newEntity(pack, entity, levels);
	let mapping = start(
		pack,
		defaults,
		known === undefined ? { onDelete: 'pack' } : { object: 'pack', onDelete: 'pack' },
	);
	for (const { level, entities } of levels) {
		if (!Object.hasOwn(entities, entity)) continue;
		mapping = lay(pack, defaults, mapping, entities[entity] ?? {}, level, strict === level);
	}
	const { binding } = mapping;
	if (binding.matchOn !== undefined) binding.keyField = keyFieldFor(pack, binding, binding.matchOn);
	return mapping;
}

/** The defaults as they are, for the object they are made for. */
function start(pack: Pack, defaults: EntityDefaults, sources: EntityMapping['sources']): EntityMapping {
	return {
		binding: { ...defaults, keyField: pack.keyField, onCreate: {}, onDelete: 'ignore' },
		fields: linesOf<SwitchedRule>(defaults.fields, 'pack'),
		associations: linesOf(defaults.associations, 'pack'),
		sources,
	};
}

function lay(
	pack: Pack,
	defaults: EntityDefaults,
	lower: EntityMapping,
	settings: EntitySettings,
	level: Level,
	strict: boolean,
): EntityMapping {
	const below = onObject(pack, defaults, lower, settings.object);
	const { lines, incomplete, idle } = layFields(below.fields, settings.fields ?? [], level);
	if (incomplete !== undefined) throw invalidMapping(pack, defaults.entity, withoutExternal(incomplete));
	if (strict && idle !== undefined) throw invalidMapping(pack, defaults.entity, nothingToSwitchOff(idle, below.fields));
	const associations = layAssociations(below.associations, settings.associations ?? [], level);
	const { object, matchOn, onDelete, localTable, source } = settings;
	const given = Object.entries({ object, matchOn, onDelete, localTable, source }).filter(
		([, value]) => value !== undefined,
	);
	const created = Object.keys(settings.onCreate ?? {}).map((external) => `onCreate.${external}`);
	return {
		binding: {
			...below.binding,
			object: object ?? below.binding.object,
			fields: lines.map(({ rule }) => rule).filter(isOn),
			associations: associations.map(({ rule }) => rule),
			...(matchOn === undefined ? {} : { matchOn }),
			onDelete: onDelete ?? below.binding.onDelete,
			...(source === undefined ? {} : { source }),
			onCreate: { ...below.binding.onCreate, ...settings.onCreate },
		},
		localTable: localTable ?? below.localTable,
		fields: lines,
		associations,
		sources: {
			...below.sources,
			...Object.fromEntries([...given.map(([name]) => name), ...created].map((name) => [name, level])),
		},
	};
}

/** The level below, without what is about another object than the one this level names. */
function onObject(pack: Pack, defaults: EntityDefaults, lower: EntityMapping, object?: string): EntityMapping {
	if (object === undefined || object === lower.binding.object) return lower;
	const { localTable, associations, binding, sources } = lower;
	const fresh = start(
		pack,
		{ ...defaults, ...(object === defaults.object ? {} : { fields: [], linkColumns: [] }) },
		{},
	);
	const kept = Object.entries(sources).filter(([name]) => name === 'onDelete' || name === 'localTable');
	return {
		...fresh,
		binding: { ...fresh.binding, associations: binding.associations, onDelete: binding.onDelete },
		associations,
		localTable,
		sources: Object.fromEntries(kept),
	};
}

const isOn = (rule: SwitchedRule): rule is EntityBinding['fields'][number] => rule.direction !== 'none';

function withoutExternal(rule: FieldRuleSettings): RuleFault {
	return {
		at: `field "${shownName(rule.local)}"`,
		reason: 'does not say which external field it belongs to',
		remedy: 'Give "external", the name of the field in the other system.',
	};
}

function nothingToSwitchOff(rule: FieldRuleSettings, below: FieldLine[]): RuleFault {
	const known = [...new Set(below.map((line) => line.rule.local))];
	const near = nearestName(rule.local, known);
	return {
		at: `field "${shownName(rule.local)}"`,
		reason: `is switched off, but no rule maps it${rule.external === undefined ? '' : ` to "${shownName(rule.external)}"`}`,
		remedy:
			near === undefined || near === rule.local
				? `Take the rule out. Mapped fields: ${known.join(', ')}.`
				: `Did you mean "${near}"?`,
	};
}

/** The key travels with the create, so the local field must be one that is pushed. */
function keyFieldFor(pack: Pack, binding: EntityBinding, matchOn: string): string {
	const rules = binding.fields.filter((rule) => rule.local === matchOn);
	const pushed = rules.find((rule) => rule.direction !== 'pull');
	if (pushed !== undefined) return pushed.external;
	const near = nearestName(
		matchOn,
		binding.fields.map((rule) => rule.local),
	);
	const mapped = rules.length > 0;
	throw invalidMapping(pack, binding.entity, {
		at: `matchOn "${shownName(matchOn)}"`,
		reason: mapped ? 'names a field that is only pulled' : 'names a local field that no rule maps',
		remedy:
			near !== undefined && !mapped
				? `Did you mean "${near}"? Otherwise add a rule for the field.`
				: 'Add a rule with direction push or both for it, to an external field with unique values.',
	});
}

function newEntity(pack: Pack, entity: string, levels: readonly LevelEntities[]): EntityDefaults {
	if (!ENTITY_NAME.test(entity)) {
		throw invalidMapping(pack, entity, {
			at: 'its name',
			reason: 'is not made of a to z, 0 to 9 and _, starting with a letter, at most 30 characters',
			remedy: 'Rename it; the link table is named after it.',
		});
	}
	if (!levels.some(({ entities }) => entities[entity]?.object !== undefined)) {
		const known = pack.entities.map((defaults) => defaults.entity);
		const near = nearestName(entity, known);
		throw invalidMapping(pack, entity, {
			at: 'the entity',
			reason:
				known.length === 0
					? 'has no object: this integration has no entities of its own'
					: `is not one the integration knows (${known.join(', ')})`,
			remedy:
				`${near === undefined ? '' : `Did you mean "${near}"? `}` +
				'For an entity of your own, give "object", the name of the object in the other system.',
		});
	}
	const words = entity.replaceAll('_', ' ').trim();
	return {
		entity,
		displayName: words.charAt(0).toUpperCase() + words.slice(1),
		// The level that brings the entity names its object.
		object: '',
		fields: [],
		associations: [],
		linkColumns: [],
	};
}

function invalidMapping(pack: Pack, entity: string, fault: RuleFault): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'mapping_invalid',
		message: `The mapping of entity "${shownName(entity)}" to ${pack.integration} is not valid: ${fault.at} ${fault.reason}.`,
		remedy: fault.remedy,
	});
}
