import { AddCommandLog1795982100000 } from './add-command-log';
import { AddDecider1795981600000 } from './add-decider';
import { AddIngress1795592800000 } from './add-ingress';
import { AddParking1795679200000 } from './add-parking';
import { AddQueryAnswers1795982000000 } from './add-query-answers';
import { AddNotificationLog1796068800000 } from './add-notification-log';
import { AddNotificationTrouble1796155200000 } from './add-notification-trouble';
import { AddSyncTables1795506400000 } from './add-sync-tables';
import { CreateFoundation1795420000000 } from './create-foundation';

/** In the order they run. A migration only adds; what a released one did is never changed. */
export const MIGRATIONS = [
	CreateFoundation1795420000000,
	AddSyncTables1795506400000,
	AddIngress1795592800000,
	AddParking1795679200000,
	AddDecider1795981600000,
	AddQueryAnswers1795982000000,
	AddCommandLog1795982100000,
	AddNotificationLog1796068800000,
	AddNotificationTrouble1796155200000,
] as const;

/** In the schema `crosslink` on PostgreSQL. */
export const MIGRATIONS_TABLE = 'migration';
