import type { EntityBinding, Fields } from '../../../../lib/adapters/adapter';
import { CrosslinkError } from '../../../../lib/errors';
import type { EntitySettings, FieldRuleSettings, SettingsInput } from '../../../../lib/tenants/settings';

/** What the form holds; everything left empty stays as it is. */
export interface SettingsForm {
	entity: string;
	rules: FieldRuleSettings[];
	matchOn: string;
	pipeline: string;
	stage: string;
	onDelete: EntitySettings['onDelete'] | '';
	retryAttempts?: number;
	retryDelaySeconds?: number;
	leaseSeconds?: number;
	syncLog?: SettingsInput['syncLog'];
	syncLogDays?: number;
	inboxDays?: number;
	commandLogDays?: number;
	aiTool?: boolean;
	freezeFlips?: number;
	freezeMinutes?: number;
	brakeDeletes?: number;
	brakeDeletesCount?: number;
	brakeChanges?: number;
	brakeChangesCount?: number;
}

/**
 * The settings of a tenant (or of all) with the form laid over them. A rule takes the place of earlier ones for the same local field.
 * @param binding of the form's entity; undefined = none is chosen, or the tenant is about to add it
 */
export function withForm(input: SettingsInput, binding: EntityBinding | undefined, form: SettingsForm): SettingsInput {
	const result: SettingsInput = { ...input };
	if (form.entity !== '') {
		const entity = entityWithForm(input.entities?.[form.entity] ?? {}, binding, form);
		if (Object.keys(entity).length > 0) result.entities = { ...input.entities, [form.entity]: entity };
	} else if (form.rules.length > 0 || `${form.matchOn}${form.pipeline}${form.stage}${form.onDelete}` !== '') {
		throw new CrosslinkError({
			class: 'rejected',
			code: 'parameter_missing',
			message:
				'The form has field rules, a match field, a pipeline, a stage or a rule for deletions, but no entity they belong to.',
			remedy: 'Choose the entity.',
		});
	}
	const retry = given({ attempts: form.retryAttempts, delaySeconds: form.retryDelaySeconds });
	const freeze = given({ flips: form.freezeFlips, minutes: form.freezeMinutes });
	const brakes = given({
		deletes: form.brakeDeletes,
		deletesCount: form.brakeDeletesCount,
		changes: form.brakeChanges,
		changesCount: form.brakeChangesCount,
	});
	if (retry) result.retry = { ...input.retry, ...retry };
	if (freeze) result.freeze = { ...input.freeze, ...freeze };
	if (brakes) result.brakes = { ...input.brakes, ...brakes };
	return {
		...result,
		...given({ leaseSeconds: form.leaseSeconds, inboxDays: form.inboxDays }),
		...given({ commandLogDays: form.commandLogDays, aiTool: form.aiTool }),
		...given({ syncLog: form.syncLog, syncLogDays: form.syncLogDays }),
	};
}

function entityWithForm(
	settings: EntitySettings,
	binding: EntityBinding | undefined,
	form: SettingsForm,
): EntitySettings {
	const result: EntitySettings = { ...settings };
	if (form.rules.length > 0) {
		const replaced = new Set(form.rules.map(({ local }) => local));
		result.fields = [...(settings.fields ?? []).filter(({ local }) => !replaced.has(local)), ...form.rules];
	}
	if (form.matchOn !== '') result.matchOn = form.matchOn;
	if (form.onDelete !== '') result.onDelete = form.onDelete;
	const onCreate: Fields = {};
	if (form.pipeline !== '') onCreate[externalOf(binding, form.entity, 'pipeline')] = form.pipeline;
	if (form.stage !== '') onCreate[externalOf(binding, form.entity, 'stage')] = form.stage;
	if (Object.keys(onCreate).length > 0) result.onCreate = { ...settings.onCreate, ...onCreate };
	return result;
}

/** The integration says in which of its fields a pipeline or a stage is kept. */
function externalOf(binding: EntityBinding | undefined, entity: string, column: string): string {
	const found = binding?.linkColumns.find((one) => one.column === column);
	if (found !== undefined) return found.external;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'column_unknown',
		message: `Records of the entity "${entity}" have no ${column} in this integration.`,
		remedy: `Leave the ${column} empty, or choose another entity.`,
	});
}

/** Without the parts nobody filled in; undefined when that is all of them. */
function given<T extends object>(parts: T): Partial<T> | undefined {
	const filled = Object.entries(parts).filter(([, value]) => value !== undefined && value !== '');
	return filled.length === 0 ? undefined : (Object.fromEntries(filled) as Partial<T>);
}
