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
	 * The properties of a new record, completed: with the account's first pipeline (by display order) and its first
	 * stage, with the first stage of a given pipeline, or with the pipeline of a given stage.
	 */
	async complete(binding: EntityBinding, properties: Record<string, string>): Promise<Record<string, string>> {
		const names = REQUIRED[binding.object];
		if (!names || (properties[names.pipeline] && properties[names.stage])) return properties;
		const pipelines = await this.load(binding.object);
		const pipeline = pipelines.find((one) => {
			if (properties[names.pipeline]) return one.value === properties[names.pipeline];
			if (properties[names.stage]) return one.stages.some((stage) => stage.value === properties[names.stage]);
			return true;
		});
		const stage = properties[names.stage] || pipeline?.stages[0]?.value;
		// With an unknown pipeline or stage HubSpot's own refusal says it best.
		return {
			...properties,
			...(pipeline && { [names.pipeline]: pipeline.value }),
			...(stage && { [names.stage]: stage }),
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
