import type { ObjectType } from './object-types';
import type { Actor } from './record';

interface Common {
	type: ObjectType;
	actor: Actor;
	/** Milliseconds since the epoch. */
	at: number;
}

/** Something that happened in the account, before it is made into webhook payloads. */
export type CrmEvent = Common &
	(
		| { kind: 'creation' | 'deletion' | 'restore'; id: string }
		| { kind: 'propertyChange'; id: string; property: string; value: string }
		| {
				kind: 'merge';
				id: string;
				primaryId: string;
				mergedIds: string[];
				newId: string;
				numberOfPropertiesMoved: number;
		  }
		| {
				kind: 'associationChange';
				id: string;
				toType: ObjectType;
				toId: string;
				removed: boolean;
				primary: boolean;
		  }
	);
