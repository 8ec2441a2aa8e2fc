import { invalid, notFound } from '../http/vendor-error';
import type { ObjectName } from './object-types';

export interface Stage {
	id: string;
	label: string;
	displayOrder: number;
	metadata: Record<string, string>;
	createdAt: string;
	updatedAt: string;
	archived: boolean;
	writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT';
}

export interface Pipeline {
	id: string;
	label: string;
	displayOrder: number;
	stages: Stage[];
	createdAt: string;
	updatedAt: string;
	archived: boolean;
}

/** HubSpot's stock deal stages with the probabilities of a new account. */
const STOCK_STAGES: Array<[id: string, label: string, probability: string]> = [
	['appointmentscheduled', 'Appointment Scheduled', '0.2'],
	['qualifiedtobuy', 'Qualified To Buy', '0.4'],
	['presentationscheduled', 'Presentation Scheduled', '0.6'],
	['decisionmakerboughtin', 'Decision Maker Bought-In', '0.8'],
	['contractsent', 'Contract Sent', '0.9'],
	['closedwon', 'Closed Won', '1.0'],
	['closedlost', 'Closed Lost', '0.0'],
];

/** What a caller gives for a new stage. */
export interface StageInput {
	id?: string;
	label: string;
	displayOrder: number;
	metadata: Record<string, string>;
}

/** Deal pipelines; the other objects of the stand-in have none. */
export class Pipelines {
	private readonly pipelines: Pipeline[] = [];
	private lastId = 904_000_000;

	constructor(private readonly time: () => string) {
		const stages = STOCK_STAGES.map(([id, label, probability], displayOrder) => ({
			id,
			label,
			displayOrder,
			metadata: stageMetadata(probability),
		}));
		this.create({ id: 'default', label: 'Sales Pipeline', displayOrder: 0, stages });
	}

	list(object: ObjectName): Pipeline[] {
		return object === 'deals' ? this.pipelines : [];
	}

	get(object: ObjectName, id: string): Pipeline {
		const found = this.list(object).find((pipeline) => pipeline.id === id);
		if (!found) throw notFound(`Pipeline with ID ${id} does not exist`);
		return found;
	}

	stage(object: ObjectName, pipelineId: string, stageId: string): Stage {
		const found = this.get(object, pipelineId).stages.find((stage) => stage.id === stageId);
		if (!found) throw notFound(`Stage with ID ${stageId} does not exist in pipeline ${pipelineId}`);
		return found;
	}

	pipelineOfStage(stageId: string): Pipeline | undefined {
		return this.pipelines.find((pipeline) => pipeline.stages.some((stage) => stage.id === stageId));
	}

	create(input: { id?: string; label: string; displayOrder: number; stages: StageInput[] }): Pipeline {
		if (this.pipelines.some((pipeline) => pipeline.label === input.label)) {
			throw invalid(`A pipeline with the label "${input.label}" already exists`);
		}
		const pipeline: Pipeline = { ...this.stamped(input), stages: [] };
		pipeline.stages = input.stages.map((stage) => this.newStage(stage));
		this.pipelines.push(pipeline);
		return pipeline;
	}

	addStage(object: ObjectName, pipelineId: string, input: StageInput): Stage {
		const pipeline = this.get(object, pipelineId);
		if (pipeline.stages.some((stage) => stage.label === input.label)) {
			throw invalid(`A stage with the label "${input.label}" already exists in pipeline ${pipelineId}`);
		}
		const stage = this.newStage(input);
		pipeline.stages.push(stage);
		return stage;
	}

	removeStage(object: ObjectName, pipelineId: string, stageId: string): void {
		const pipeline = this.get(object, pipelineId);
		pipeline.stages.splice(pipeline.stages.indexOf(this.stage(object, pipelineId, stageId)), 1);
	}

	remove(object: ObjectName, pipelineId: string): void {
		this.pipelines.splice(this.pipelines.indexOf(this.get(object, pipelineId)), 1);
	}

	private newStage(input: StageInput): Stage {
		return {
			...this.stamped(input),
			metadata: { ...input.metadata },
			writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
		};
	}

	private stamped<T extends { id?: string }>(input: T) {
		const at = this.time();
		return { ...input, id: input.id ?? String(++this.lastId), createdAt: at, updatedAt: at, archived: false };
	}
}

/** A stage is closed when its probability is 0 or 1, as in the vendor's own metadata. */
export const stageMetadata = (probability: string) => ({
	isClosed: String(['0.0', '1.0'].includes(probability)),
	probability,
});
