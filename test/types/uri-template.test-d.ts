/** What the type of a template says of its variables. Compiled, never run. */
import { expectTypeOf, test } from 'vitest';
import type { TemplateVariables } from '../../src/util/uri-template.js';

test('the variables of a literal template have its names and forms', () => {
  expectTypeOf<TemplateVariables<'users://{id}'>>().toEqualTypeOf<{ readonly id: string }>();
  expectTypeOf<TemplateVariables<'a://{x}/{+y}'>>().toEqualTypeOf<{ readonly x: string; readonly y: string }>();
  expectTypeOf<TemplateVariables<'a://{x,y}'>>().toEqualTypeOf<{ readonly x: string; readonly y: string }>();
  expectTypeOf<TemplateVariables<'repo://{owner}{/path*}'>>().toEqualTypeOf<{
    readonly owner: string;
    readonly path: readonly string[];
  }>();
  expectTypeOf<TemplateVariables<'a{?q,page,tags*}'>>().toEqualTypeOf<{
    readonly tags: readonly string[];
    readonly q?: string;
    readonly page?: string;
  }>();
  expectTypeOf<TemplateVariables<'a{/x}{.y}{;z}?v{&w}{#f}'>>().toEqualTypeOf<{
    readonly x?: string;
    readonly y?: string;
    readonly z?: string;
    readonly w?: string;
    readonly f?: string;
  }>();
  expectTypeOf<TemplateVariables<'a{x:3}'>>().toEqualTypeOf<{ readonly x: string }>();
});

type NamesIn<Template extends string> = keyof TemplateVariables<Template>;

test('a fixed URI has none', () => {
  expectTypeOf<NamesIn<'a://b'>>().toEqualTypeOf<never>();
});

test('a template that is known at run time only has any', () => {
  expectTypeOf<TemplateVariables<string>>().toEqualTypeOf<Record<string, string | readonly string[]>>();
});
