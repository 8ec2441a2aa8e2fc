import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { showProgress } from '../../../../lib/host/progress';
import type { Session } from '../../../../lib/host/session';
import type { RotationOptions, RotationReport } from '../../../../lib/tenants/rotate-key';
import { DEFAULT_TENANT } from '../../../../lib/tenants/tenant-name';
import { eachItem } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { choiceFrom, wholeNumberFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { requiredTextAt, tenantProperty } from '../target';

const SCOPES = ['allTenants', 'tenant'] as const;
/** Rows wrapped anew between two looks at the clock; each is a commit of its own. */
const PAGE_SIZE = { min: 1, max: 10_000, byDefault: 200 };
const MINUTES = { min: 1, max: 24 * 60, byDefault: 10 };
const MS_PER_MINUTE = 60_000;

export const description: INodeProperties[] = shownFor({ integration: ['rotateKey'] }, [
	{
		displayName: 'Rotate For',
		name: 'rotateFor',
		type: 'options',
		options: [
			{ name: 'All Tenants', value: 'allTenants', description: 'Every sealed value in the store' },
			{ name: 'This Tenant', value: 'tenant' },
		],
		default: 'allTenants',
		description:
			'Whose stored secrets are to carry the new key. Give old and new key first, as {"active":"new","keys":{"new":"...","old":"..."}}.',
	},
	{ ...tenantProperty, displayOptions: { show: { rotateFor: ['tenant'] } } },
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Page Size',
				name: 'pageSize',
				type: 'number',
				typeOptions: { minValue: PAGE_SIZE.min, maxValue: PAGE_SIZE.max },
				default: 200,
				description: 'How many configurations to take at a time',
			},
			{
				displayName: 'Time Limit (Minutes)',
				name: 'maxMinutes',
				type: 'number',
				typeOptions: { minValue: MINUTES.min, maxValue: MINUTES.max },
				default: 10,
				description: 'When to stop for now. If "finished" is false, run it again: it goes on from there.',
			},
		],
	},
]);

/** Wraps stored secrets with the active encryption key; says how many still carry an old one. Safe to repeat. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { rotateKey, rotationResult } = await import('../../../../lib/tenants/rotate-key');
	return await eachItem<RotationOptions>(
		indexes,
		(index) => optionsAt(this, index),
		async (options, index) => {
			const access = session.access({ tenant: DEFAULT_TENANT, integration: '', connection: 'auto' }, index);
			let last: RotationReport | undefined;
			for await (const report of rotateKey(access, options)) {
				last = report;
				showProgress(this, 'Rotate the encryption key', { ...report, position: null });
			}
			// A rotation yields at least one page, even where nothing is sealed.
			return { index, json: last === undefined ? {} : asJson(await rotationResult(access, last)) };
		},
	);
}

function optionsAt(context: IExecuteFunctions, index: number): RotationOptions {
	const options = context.getNodeParameter('options', index, {}) as IDataObject;
	const scope = choiceFrom(context.getNodeParameter('rotateFor', index, 'allTenants'), SCOPES, 'Rotate For', index);
	return {
		tenant: scope === 'allTenants' ? undefined : requiredTextAt(context, 'tenant', 'Tenant', index),
		pageSize: wholeNumberFrom(options['pageSize'], 'Page Size', index, PAGE_SIZE),
		maxMs: wholeNumberFrom(options['maxMinutes'], 'Time Limit (Minutes)', index, MINUTES) * MS_PER_MINUTE,
	};
}
