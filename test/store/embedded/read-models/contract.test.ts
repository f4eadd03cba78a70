import { readModelsContract } from '../../../contract/read-models/contract.js';
import { embeddedPlace } from './place.js';

readModelsContract({ name: 'embedded', place: embeddedPlace });
