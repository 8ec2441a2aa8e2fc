import type { EntityBinding } from '../adapter';
import type { HubSpotClient } from './client';
import { readPipelines, type Pipeline } from './describe';

/** Objects that HubSpot creates only with a pipeline and a stage, and the names of these two properties. */
const REQUIRED: Record<string, { pipeline: string; stage: string }> = {
	deals: { pipeline: 'pipeline', stage: 'dealstage' },
};

/** Gives new records the pipeline and stage that HubSpot requires. Pipelines are read once per adapter. */
export class StageDefaults {
	private readonly pipelines = new Map<string, Promise<Pipeline[]>>();

	constructor(private readonly client: HubSpotClient) {}

	/**
	 * For the new records of one batch. The returned function completes a record's properties: with the account's first
	 * pipeline (by display order) and its first stage, with the first stage of a given pipeline, or with the pipeline of
	 * a given stage. When the pipelines cannot be read that is asked once and fails for every record that needs them.
	 */
	forBatch(binding: EntityBinding): (properties: Record<string, string>) => Promise<Record<string, string>> {
		let loading: Promise<Pipeline[]> | undefined;
		return async (properties) => {
			const names = REQUIRED[binding.object];
			if (!names || (properties[names.pipeline] && properties[names.stage])) return properties;
			return withStage(await (loading ??= this.load(binding.object)), names, properties);
		};
	}

	private load(object: string): Promise<Pipeline[]> {
		const loading = this.pipelines.get(object) ?? readPipelines(this.client, object);
		this.pipelines.set(object, loading);
		// A failed read must not stay.
		loading.catch(() => this.pipelines.delete(object));
		return loading;
	}
}

function withStage(
	pipelines: Pipeline[],
	names: { pipeline: string; stage: string },
	properties: Record<string, string>,
): Record<string, string> {
	const givenPipeline = properties[names.pipeline];
	const givenStage = properties[names.stage];
	const pipeline = pipelines.find((one) => {
		if (givenPipeline) return one.value === givenPipeline;
		return !givenStage || one.stages.some((stage) => stage.value === givenStage);
	});
	const stage = givenStage || pipeline?.stages[0]?.value;
	// With an unknown pipeline or stage HubSpot's own refusal says it best.
	return {
		...properties,
		...(pipeline && { [names.pipeline]: pipeline.value }),
		...(stage && { [names.stage]: stage }),
	};
}
