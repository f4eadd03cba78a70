import { describe, expect, it } from 'vitest';
import type { CategoryFact } from '../../src/domain/category/category.js';
import { categoryDecider, type CreateCategory } from '../../src/domain/category/decide.js';
import { fold, specification } from '../support/decider-specification.js';

const { given } = specification(categoryDecider);

const ada = { user: 'ada' };
const bob = { user: 'bob' };
const traders = { group: 'traders' };
const settings = { invitations: 'on', fileUpload: 'on', history: 'on', externals: 'off' } as const;

const create: CreateCategory = {
  type: 'CreateCategory',
  name: 'Desk',
  description: '',
  denied: [],
  creators: [],
  settings,
};
function created(data: Partial<Extract<CategoryFact, { type: 'CategoryCreated' }>['data']> = {}): CategoryFact {
  return {
    type: 'CategoryCreated',
    data: { name: 'Desk', description: '', denied: [], creators: [], settings, ...data },
  };
}
function reserved(roomId: string, name: string): CategoryFact {
  return { type: 'NameReserved', data: { roomId, name } };
}
function released(roomId: string, name: string): CategoryFact {
  return { type: 'NameReleased', data: { roomId, name } };
}
const deleted: CategoryFact = { type: 'CategoryDeleted', data: {} };
const abandoned: CategoryFact = { type: 'CategoryAbandoned', data: {} };

describe('creating a category', () => {
  it('keeps each principal of a list once', () => {
    given([])
      .when({ ...create, parentId: 'c0', allowed: [ada, traders, ada], denied: [bob, bob], creators: [ada, ada] })
      .then([created({ parentId: 'c0', allowed: [ada, traders], denied: [bob], creators: [ada] })]);
  });

  it('knows a list with nobody in it from no list', () => {
    given([]).when(create).then([created()]);
    given([])
      .when({ ...create, allowed: [] })
      .then([created({ allowed: [] })]);
    expect(fold(categoryDecider, [created()])).toHaveProperty('allowed', undefined);
    expect(fold(categoryDecider, [created({ allowed: [] })])).toHaveProperty('allowed', new Set());
  });

  it('happens once, and never again where the category was abandoned or deleted', () => {
    given([created()]).when(create).then('category-exists');
    given([abandoned]).when(create).then('category-exists');
    given([created(), deleted]).when(create).then('category-exists');
  });
});

describe('changing a category', () => {
  it('says one fact for each thing that really changes', () => {
    given([created()])
      .when({
        type: 'ChangeCategory',
        patch: {
          name: 'Floor',
          description: 'all desks',
          allowed: [ada],
          denied: [bob],
          creators: [traders],
          settings: { history: 'off' },
        },
      })
      .then([
        { type: 'CategoryRenamed', data: { name: 'Floor' } },
        { type: 'CategoryDescribed', data: { description: 'all desks' } },
        { type: 'CategorySettingsChanged', data: { settings: { ...settings, history: 'off' } } },
        { type: 'CategoryScopeChanged', data: { allowed: [ada], denied: [bob] } },
        { type: 'CategoryCreatorsChanged', data: { creators: [traders] } },
      ]);
  });

  it('says nothing when nothing changes, whatever the order of a list', () => {
    const full = created({ allowed: [ada, traders], denied: [bob], creators: [ada, bob] });
    given([full]).when({ type: 'ChangeCategory', patch: {} }).then([]);
    given([full])
      .when({
        type: 'ChangeCategory',
        patch: {
          name: 'Desk',
          description: undefined,
          allowed: [traders, ada, ada],
          denied: [bob],
          creators: [bob, ada],
          settings: { history: 'on', externals: undefined },
        },
      })
      .then([]);
  });

  it('changes one list of the scope and keeps the other', () => {
    const full = created({ allowed: [ada], denied: [bob] });
    given([full])
      .when({ type: 'ChangeCategory', patch: { denied: [] } })
      .then([{ type: 'CategoryScopeChanged', data: { allowed: [ada], denied: [] } }]);
    given([full])
      .when({ type: 'ChangeCategory', patch: { allowed: [] } })
      .then([{ type: 'CategoryScopeChanged', data: { allowed: [], denied: [bob] } }]);
  });

  it('returns to the scope of the parent', () => {
    const narrowed = created({ allowed: [ada] });
    const widened: CategoryFact = { type: 'CategoryScopeChanged', data: { denied: [] } };
    given([narrowed])
      .when({ type: 'ChangeCategory', patch: { allowed: null } })
      .then([widened]);
    given([narrowed, widened])
      .when({ type: 'ChangeCategory', patch: { allowed: null } })
      .then([]);
    expect(fold(categoryDecider, [narrowed, widened])).toHaveProperty('allowed', undefined);
  });

  it('does not take a user for the group of the same name', () => {
    given([created({ creators: [{ user: 'traders' }] })])
      .when({ type: 'ChangeCategory', patch: { creators: [traders] } })
      .then([{ type: 'CategoryCreatorsChanged', data: { creators: [traders] } }]);
  });
});

describe('the names of a category', () => {
  it('go to one room each', () => {
    given([created()])
      .when({ type: 'ReserveName', roomId: 'r1', name: 'oil' })
      .then([reserved('r1', 'oil')]);
    given([created(), reserved('r1', 'oil')])
      .when({ type: 'ReserveName', roomId: 'r2', name: 'oil' })
      .then('duplicate-name');
    given([created(), reserved('r1', 'oil'), released('r1', 'oil')])
      .when({ type: 'ReserveName', roomId: 'r2', name: 'oil' })
      .then([reserved('r2', 'oil')]);
  });

  it('are renewed by reserving again, so that who takes them at an older revision meets a conflict', () => {
    given([created(), reserved('r1', 'oil')])
      .when({ type: 'ReserveName', roomId: 'r1', name: 'oil' })
      .then([reserved('r1', 'oil')]);
  });

  it('may be two of one room, while it is renamed', () => {
    given([created(), reserved('r1', 'oil')])
      .when({ type: 'ReserveName', roomId: 'r1', name: 'gas' })
      .then([reserved('r1', 'gas')]);
  });

  it('are taken only from the room that was fenced', () => {
    const history = [created(), reserved('r1', 'oil')];
    given(history)
      .when({ type: 'TakeName', roomId: 'r2', name: 'oil', from: 'r1' })
      .then([reserved('r2', 'oil')]);
    given([...history, reserved('r3', 'oil')])
      .when({ type: 'TakeName', roomId: 'r2', name: 'oil', from: 'r1' })
      .then('duplicate-name');
    given([created()])
      .when({ type: 'TakeName', roomId: 'r2', name: 'oil', from: 'r1' })
      .then([reserved('r2', 'oil')]);
    given([created(), reserved('r2', 'oil')])
      .when({ type: 'TakeName', roomId: 'r2', name: 'oil', from: 'r1' })
      .then([]);
  });

  it('are released only by the room that holds them', () => {
    const history = [created(), reserved('r1', 'oil')];
    given(history)
      .when({ type: 'ReleaseName', roomId: 'r1', name: 'oil' })
      .then([released('r1', 'oil')]);
    given(history).when({ type: 'ReleaseName', roomId: 'r2', name: 'oil' }).then([]);
    given([...history, reserved('r2', 'oil')])
      .when({ type: 'ReleaseName', roomId: 'r1', name: 'oil' })
      .then([]);
    given([created()]).when({ type: 'ReleaseName', roomId: 'r1', name: 'oil' }).then([]);
  });

  it('stay with their room whatever others release', () => {
    given([created(), reserved('r1', 'oil'), released('r2', 'oil')])
      .when({ type: 'ReserveName', roomId: 'r2', name: 'oil' })
      .then('duplicate-name');
  });
});

describe('the end of a category', () => {
  const child: CategoryFact = { type: 'ChildReserved', data: { categoryId: 'c9' } };
  const childGone: CategoryFact = { type: 'ChildReleased', data: { categoryId: 'c9' } };

  it('waits until no name and no child is left, also of those still being created', () => {
    given([created(), reserved('r1', 'oil')])
      .when({ type: 'DeleteCategory' })
      .then('category-not-empty');
    given([created(), child]).when({ type: 'DeleteCategory' }).then('category-not-empty');
    given([created(), child, reserved('r1', 'oil'), childGone, released('r1', 'oil')])
      .when({ type: 'DeleteCategory' })
      .then([deleted]);
  });

  it('announces and releases each child once', () => {
    given([created()]).when({ type: 'ReserveChild', categoryId: 'c9' }).then([child]);
    given([created(), child]).when({ type: 'ReserveChild', categoryId: 'c9' }).then([]);
    given([created(), child]).when({ type: 'ReleaseChild', categoryId: 'c9' }).then([childGone]);
    given([created()]).when({ type: 'ReleaseChild', categoryId: 'c9' }).then([]);
  });

  it.each([
    ['was never created', []],
    ['was abandoned', [abandoned]],
    ['was deleted', [created(), deleted]],
  ] as [string, CategoryFact[]][])(
    'gives nothing out where the category %s, and has nothing to release',
    (_, history) => {
      given(history).when({ type: 'ReserveName', roomId: 'r1', name: 'oil' }).then('category-not-found');
      given(history).when({ type: 'TakeName', roomId: 'r1', name: 'oil', from: 'r2' }).then('category-not-found');
      given(history).when({ type: 'ReserveChild', categoryId: 'c9' }).then('category-not-found');
      given(history).when({ type: 'ChangeCategory', patch: {} }).then('category-not-found');
      given(history).when({ type: 'DeleteCategory' }).then('category-not-found');
      given(history).when({ type: 'ReleaseName', roomId: 'r1', name: 'oil' }).then([]);
      given(history).when({ type: 'ReleaseChild', categoryId: 'c9' }).then([]);
    },
  );

  it('abandons only what was never created', () => {
    given([]).when({ type: 'AbandonCategory' }).then([abandoned]);
    given([abandoned]).when({ type: 'AbandonCategory' }).then([]);
    given([created(), deleted]).when({ type: 'AbandonCategory' }).then([]);
    given([created()]).when({ type: 'AbandonCategory' }).then('category-exists');
  });
});
