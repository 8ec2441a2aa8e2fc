import { CrosslinkError } from '../../errors';
import type { HealthReport } from '../health';
import { STYLE } from './style';
import { TEMPLATE } from './template';
import { viewOf } from './view';

export interface PageOptions {
	title: string;
	/** Address of the form in which a person decides and retries; left out = no buttons. */
	desk?: string;
}

/**
 * The report as one HTML document: no scripts, no outside requests, every value escaped.
 * @throws CrosslinkError `rejected` `parameter_invalid` when `desk` is no http address
 */
export async function renderPage(report: HealthReport, { title, desk }: PageOptions): Promise<string> {
	const [{ Liquid }, { barChart }] = await Promise.all([import('liquidjs'), import('./charts')]);
	const liquid = new Liquid({ outputEscape: 'escape', strictFilters: true, strictVariables: true });
	const view = viewOf(report, title, checkedDesk(desk));
	const integrations = view.integrations.map((one) => ({
		...one,
		charts: one.charts.map((chart) => ({ ...chart, svg: barChart(chart.labels, chart.series) })),
	}));
	return (await liquid.parseAndRender(TEMPLATE, { ...view, integrations, style: STYLE })) as string;
}

function checkedDesk(desk: string | undefined): string | undefined {
	if (desk === undefined || desk.trim() === '') return undefined;
	if (URL.canParse(desk) && /^https?:$/.test(new URL(desk).protocol)) return desk;
	throw new CrosslinkError({
		class: 'rejected',
		code: 'parameter_invalid',
		message: 'The address of the retry and conflict desk is no http or https address.',
		remedy: 'Copy the production URL of its Form Trigger, for example https://n8n.example.com/form/crosslink-desk.',
	});
}
