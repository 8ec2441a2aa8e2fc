import type { AdapterModule, AssociationRule, EntityBinding, EntityDefaults, FieldRule } from '../adapters/adapter';
import { CrosslinkError } from '../errors';
import { checkBinding, localTableFault, type RuleFault } from './binding-checks';
import { nearestName } from './nearest-name';
import { shownName } from './plain-json';
import type { EntitySettings, FieldRuleSettings } from './settings';

type Pack = Pick<AdapterModule, 'integration' | 'entities' | 'keyField'>;

/** What a rule gets that neither the tenant nor the adapter says more about. */
const RULE_DEFAULTS = { direction: 'push', owner: 'local', policy: 'owner', strength: 'onChange' } as const;

/** Becomes part of a table name (`hubspot_order_link`), and PostgreSQL cuts names off at 63 bytes. */
const ENTITY_NAME = /^[a-z][a-z0-9_]{0,29}$/;

/**
 * Lays a tenant's settings over the adapter's defaults: entity name to binding, ready for the engine.
 * A tenant rule replaces the default rules of the same local field and inherits what it leaves out from the first of them.
 * An entity the adapter does not know needs `object`; an entity whose `object` the tenant changed starts without the
 * default field rules, because these name properties of the default object.
 * Throws `rejected`, `mapping_invalid`, which names entity, rule, reason and remedy.
 */
export function buildBindings(pack: Pack, entities: Record<string, EntitySettings>): Map<string, EntityBinding> {
	const bindings = new Map<string, EntityBinding>();
	for (const defaults of pack.entities) {
		bindings.set(defaults.entity, bind(pack, defaults, ownSettings(entities, defaults.entity)));
	}
	for (const [entity, settings] of Object.entries(entities)) {
		if (!bindings.has(entity)) bindings.set(entity, bind(pack, newEntity(pack, entity, settings), settings));
	}
	for (const binding of bindings.values()) {
		const { localTable } = ownSettings(entities, binding.entity);
		const fault =
			checkBinding(binding, bindings, pack.keyField) ??
			(localTable === undefined ? undefined : localTableFault(localTable));
		if (fault !== undefined) throw invalidMapping(pack, binding.entity, fault);
	}
	return bindings;
}

/** True when this rule came from the tenant, false when from the adapter's defaults. */
export function isTenantRule(settings: EntitySettings | undefined, rule: FieldRule | AssociationRule): boolean {
	const own = 'external' in rule ? settings?.fields : settings?.associations;
	return own?.some((entry) => entry.local === rule.local) ?? false;
}

function bind(pack: Pack, defaults: EntityDefaults, settings: EntitySettings): EntityBinding {
	const sameObject = settings.object === undefined || settings.object === defaults.object;
	const packRules = sameObject ? defaults.fields : [];
	const tenantRules = (settings.fields ?? []).map((rule) => completeRule(pack, defaults.entity, rule, packRules));
	const fields = [...packRules.filter((rule) => !isTenantRule(settings, rule)), ...tenantRules];
	const binding: EntityBinding = {
		entity: defaults.entity,
		displayName: defaults.displayName,
		object: settings.object ?? defaults.object,
		fields,
		associations: [
			...defaults.associations.filter((rule) => !isTenantRule(settings, rule)),
			...(settings.associations ?? []),
		],
		linkColumns: sameObject ? defaults.linkColumns : [],
		keyField: pack.keyField,
		onCreate: { ...settings.onCreate },
	};
	if (settings.matchOn === undefined) return binding;
	return { ...binding, matchOn: settings.matchOn, keyField: keyFieldFor(pack, binding, settings.matchOn) };
}

function completeRule(pack: Pack, entity: string, rule: FieldRuleSettings, packRules: FieldRule[]): FieldRule {
	const sameLocal = packRules.filter((other) => other.local === rule.local);
	const inherited = sameLocal.find((other) => other.external === rule.external) ?? sameLocal[0];
	const complete = { ...RULE_DEFAULTS, ...inherited, ...rule };
	if (complete.external === undefined) {
		throw invalidMapping(pack, entity, {
			at: `field "${shownName(rule.local)}"`,
			reason: 'does not say which external field it belongs to',
			remedy: 'Give "external", the name of the field in the other system.',
		});
	}
	return { ...complete, external: complete.external };
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

function newEntity(pack: Pack, entity: string, settings: EntitySettings): EntityDefaults {
	if (!ENTITY_NAME.test(entity)) {
		throw invalidMapping(pack, entity, {
			at: 'its name',
			reason: 'is not made of a to z, 0 to 9 and _, starting with a letter, at most 30 characters',
			remedy: 'Rename it; the link table is named after it.',
		});
	}
	if (settings.object === undefined) {
		const known = pack.entities.map((defaults) => defaults.entity);
		const near = nearestName(entity, known);
		throw invalidMapping(pack, entity, {
			at: 'the entity',
			reason: `is not one the integration knows (${known.join(', ')})`,
			remedy:
				`${near === undefined ? '' : `Did you mean "${near}"? `}` +
				'For an entity of your own, give "object", the name of the object in the other system.',
		});
	}
	const words = entity.replaceAll('_', ' ').trim();
	return {
		entity,
		displayName: words.charAt(0).toUpperCase() + words.slice(1),
		object: settings.object,
		fields: [],
		associations: [],
		linkColumns: [],
	};
}

const ownSettings = (entities: Record<string, EntitySettings>, entity: string): EntitySettings =>
	Object.hasOwn(entities, entity) ? (entities[entity] ?? {}) : {};

function invalidMapping(pack: Pack, entity: string, fault: RuleFault): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'mapping_invalid',
		message: `The mapping of entity "${shownName(entity)}" to ${pack.integration} is not valid: ${fault.at} ${fault.reason}.`,
		remedy: fault.remedy,
	});
}
