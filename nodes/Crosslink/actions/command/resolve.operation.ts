import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Finding } from '../../../../lib/commands/resolve-command';
import { findIntegration } from '../../../../lib/adapters/registry';
import type { Session } from '../../../../lib/host/session';
import { checkTenant } from '../../../../lib/tenants/tenant-name';
import { eachItem } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { choiceFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { idAt, targetAt } from '../target';
import { commandNameAt, commandNameProperties } from './command-name';

const FINDINGS = ['done', 'nothing'] as const;

export const description: INodeProperties[] = shownFor({ command: ['resolve'] }, [
	...commandNameProperties,
	{
		displayName: 'What Was Found',
		name: 'found',
		type: 'options',
		options: [
			{ name: 'It Was Done', value: 'done', description: 'It counts as succeeded and is never repeated' },
			{
				name: 'It Was Not Done',
				value: 'nothing',
				description: 'It counts as failed; the same key may do it from now on',
			},
		],
		default: 'done',
		description: 'What a person has seen in the external system. Nothing is called.',
	},
	{
		displayName: 'External ID',
		name: 'externalId',
		type: 'string',
		default: '',
		displayOptions: { show: { found: ['done'] } },
		description: 'The number that the external system has given to what was made, if it has one',
	},
]);

/** Notes what a person has found out; the other side is not asked. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { resolveCommand } = await import('../../../../lib/commands/resolve-command');
	return await eachItem(
		indexes,
		(index) => ({ target: targetAt(this, index), name: commandNameAt(this, index), finding: findingAt(this, index) }),
		async ({ target, name, finding }, index) => {
			const { integration } = findIntegration(target.integration);
			const place = { ...target, tenant: checkTenant(target.tenant), integration };
			const run = await session.commandLog(place, index);
			return { index, json: asJson(await resolveCommand(run, name, finding)) };
		},
	);
}

function findingAt(context: IExecuteFunctions, index: number): Finding {
	const found = choiceFrom(context.getNodeParameter('found', index, 'done'), FINDINGS, 'What Was Found', index);
	return found === 'done'
		? { found, externalId: idAt(context, 'externalId', 'External ID', index) ?? null }
		: { found };
}
