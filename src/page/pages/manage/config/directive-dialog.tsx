import { useState } from 'preact/hooks'
import { type Data, patch } from '../../../api/client.ts'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { CheckField, SelectField, TextField } from '../../../components/fields.tsx'
import { Form } from '../../../components/form.tsx'
import { useAction } from '../shared/use-action.ts'
import { controlOf, isHidden, plainValue } from './control.ts'
import type { ConfigChange, Directive } from './directive.ts'

interface DirectiveDialogProps {
  of: Directive
  onClose: () => void
  onSaved: (changes: readonly ConfigChange[]) => void
}

interface ValueFieldProps {
  of: Directive
  value: string
  onChange: (value: string) => void
}

function ValueField({ of, value, onChange }: ValueFieldProps) {
  const { name, range } = of
  const control = controlOf(of)
  const common = { name, label: name, value, onChange, hint: `${range}.` }
  if (control.type === 'choice') {
    return <SelectField {...common} options={control.values.map(each => ({ value: each, label: each }))} />
  }
  const hint = isHidden(of.value) ? `${range}. What is set is not shown: type all of it.` : common.hint
  return <TextField {...common} hint={hint} isCode isFirst />
}

/** Changes a directive while the server runs. */
export function DirectiveDialog({ of, onClose, onSaved }: DirectiveDialogProps) {
  const { name, explanation, source, persisted, server } = of
  const [value, setValue] = useState(plainValue(of.value))
  const [isKept, setKept] = useState(persisted)
  const change = async (body: Record<string, unknown>) =>
    onSaved((await patch<Data<ConfigChange[]>>('/api/config', body)).data)
  // With `persist` the value that a start would find is taken back too.
  const reset = useAction(() => change({ [name]: null, persist: persisted }))
  return (
    <Dialog title={`Change ${name}`} onClose={onClose}>
      <p>{explanation}</p>
      <Form
        fields={[name]}
        submit="Set"
        onSubmit={() => change({ [name]: value, persist: isKept })}
        onCancel={onClose}
      >
        <ValueField of={of} value={value} onChange={setValue} />
        {server !== null && <p class="hint">It is set in every server block.</p>}
        <CheckField
          name="persist"
          label="Keep it after a restart"
          hint="Otherwise it lasts until the server stops, and then the file is in force again."
          value={isKept}
          onChange={setKept}
        />
      </Form>
      {source === 'api' && (
        <div class="reset">
          <p class="hint">It was set over the API, over file and environment.</p>
          <Button isSmall isBusy={reset.isBusy} onClick={() => void reset.run(undefined)}>
            Back to the file
          </Button>
        </div>
      )}
    </Dialog>
  )
}
