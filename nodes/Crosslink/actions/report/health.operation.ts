import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../../../lib/host/session';
import type { Period } from '../../../../lib/report/span';
import { eachItem } from '../by-target';
import { asJson, type ItemResult } from '../operation';
import { choiceFrom } from '../parameter-values';
import { shownFor } from '../shown-for';
import { requiredTextAt, textAt } from '../target';

const PERIODS = ['day', 'week', 'month'] as const satisfies readonly Period[];
const FORMATS = ['json', 'html'] as const;
const SCOPES = ['tenant', 'all'] as const;

export const description: INodeProperties[] = shownFor({ report: ['health'] }, [
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		options: [
			{ name: 'JSON', value: 'json', description: 'Figures and findings, for a flow that decides or sends them on' },
			{
				name: 'HTML Page',
				value: 'html',
				description:
					'One page without scripts and outside requests, in the field "html": answer a webhook with it, or mail it',
			},
		],
		default: 'json',
		description: 'What comes out',
	},
	{
		displayName: 'Period',
		name: 'period',
		type: 'options',
		options: [
			{ name: 'Last 24 Hours', value: 'day', description: 'In steps of an hour' },
			{ name: 'Last 7 Days', value: 'week', description: 'In steps of six hours' },
			{ name: 'Last 30 Days', value: 'month', description: 'In steps of a day' },
		],
		default: 'day',
		description: 'How far back the figures over time go',
	},
	{
		displayName: 'Whose',
		name: 'scope',
		type: 'options',
		options: [
			{ name: 'One Tenant', value: 'tenant', description: 'What this tenant may see' },
			{ name: 'All Tenants', value: 'all', description: 'For whoever runs the site: shows data of every tenant' },
		],
		default: 'tenant',
		description: 'Whose integrations the report is about',
	},
	{
		displayName: 'Tenant',
		name: 'tenant',
		type: 'string',
		default: 'default',
		required: true,
		displayOptions: { show: { scope: ['tenant'] } },
		description: 'Whose data this is. Leave "default" if you serve only yourself.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Address of the Retry and Conflict Desk',
				name: 'desk',
				type: 'string',
				default: '',
				placeholder: 'https://n8n.example.com/form/crosslink-desk',
				description:
					'The production URL of a form in which a person retries and decides; the page then has buttons that open it with the record filled in. The template "Crosslink: retry and conflict desk" has such a form.',
			},
			{
				displayName: 'Integration Names or IDs',
				name: 'integrations',
				type: 'multiOptions',
				typeOptions: { loadOptionsMethod: 'getReportedIntegrations' },
				default: [],
				description:
					'Only these integrations; none chosen = all. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
			{
				displayName: 'Title',
				name: 'title',
				type: 'string',
				default: 'Crosslink health',
				description: 'What stands on top of the page',
			},
		],
	},
]);

interface Wanted {
	format: (typeof FORMATS)[number];
	period: Period;
	tenant: string | undefined;
	integrations: string[];
	title: string;
	desk: string;
}

/** Reads how links, events, conflicts and calls stand; calls no other system. */
export async function execute(this: IExecuteFunctions, session: Session, indexes: number[]): Promise<ItemResult[]> {
	const { gatherHealth } = await import('../../../../lib/report/gather');
	return await eachItem(
		indexes,
		(index) => wantedAt(this, index),
		async (wanted, index) => {
			const target = (tenant: string, integration: string) => ({ tenant, integration, connection: 'auto' as const });
			const report = await gatherHealth({
				...wanted,
				store: session.store,
				now: new Date(),
				access: (tenant, integration) => session.access(target(tenant, integration), index),
				connect: async (tenant, integration) => await session.connect(target(tenant, integration), index),
				signal: this.getExecutionCancelSignal(),
			});
			if (wanted.format === 'json') return { index, json: asJson(report) };
			const { renderPage } = await import('../../../../lib/report/page/page');
			const html = await renderPage(report, wanted);
			return { index, json: { state: report.state, madeAt: report.madeAt, html } };
		},
	);
}

function wantedAt(context: IExecuteFunctions, index: number): Wanted {
	const scope = choiceFrom(context.getNodeParameter('scope', index, 'tenant'), SCOPES, 'Whose', index);
	const integrations = context.getNodeParameter('options.integrations', index, []) as unknown;
	return {
		format: choiceFrom(context.getNodeParameter('format', index, 'json'), FORMATS, 'Format', index),
		period: choiceFrom(context.getNodeParameter('period', index, 'day'), PERIODS, 'Period', index),
		tenant: scope === 'all' ? undefined : requiredTextAt(context, 'tenant', 'Tenant', index),
		integrations: Array.isArray(integrations) ? integrations.map(String) : [],
		title: textAt(context, 'options.title', index) || 'Crosslink health',
		desk: textAt(context, 'options.desk', index),
	};
}
