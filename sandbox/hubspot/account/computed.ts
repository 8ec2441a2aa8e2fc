import type { Pipelines } from './pipelines';
import type { CrmRecord } from './record';

/** The calculated deal properties that follow from stage and amount. */
export function computedValues(record: CrmRecord, pipelines: Pipelines): Array<[name: string, value: string]> {
	if (record.type.name !== 'deals') return [];
	const stageId = record.properties.get('dealstage') ?? '';
	const stage = pipelines.pipelineOfStage(stageId)?.stages.find((one) => one.id === stageId);
	const probability = stage?.metadata.probability ?? '0.0';
	const amount = Number(record.properties.get('amount') ?? '0');
	return [
		['hs_deal_stage_probability', probability],
		['hs_is_closed', String(stage?.metadata.isClosed === 'true')],
		['hs_is_closed_won', String(probability === '1.0')],
		['hs_projected_amount', String(amount * Number(probability))],
	];
}
