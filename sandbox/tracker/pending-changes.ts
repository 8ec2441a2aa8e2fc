import type { Entity } from './records';
import { ENTITIES } from './records';

/** Most records in one webhook message. */
export const IDS_PER_MESSAGE = 100;

/** Which records somebody still has to be told about: each once, companies before orders. */
export class PendingChanges {
	private readonly ids: Record<Entity, Set<string>> = { company: new Set(), order: new Set() };

	add(entity: Entity, ids: Iterable<string>): void {
		for (const id of ids) this.ids[entity].add(id);
	}

	/** Takes the next message's worth away; undefined = nothing is waiting. */
	take(): { entity: Entity; ids: string[] } | undefined {
		for (const entity of ENTITIES) {
			const ids = [...this.ids[entity]].slice(0, IDS_PER_MESSAGE);
			if (ids.length === 0) continue;
			for (const id of ids) this.ids[entity].delete(id);
			return { entity, ids };
		}
		return undefined;
	}
}
