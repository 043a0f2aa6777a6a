import { useId } from 'react'
import { TextareaField } from './Field.tsx'

interface FileOrTextProps {
  /** Of the field with the text. */
  name: string
  /** What the text is: `YAML`. */
  language: string
  /** As the browser's choice of files wants it: `.yaml,.yml`. */
  accept: string
  text: string
  onText: (text: string) => void
}

/** A file that is chosen, or its text that is pasted; the file only fills in the text. */
export function FileOrText({ name, language, accept, text, onText }: FileOrTextProps) {
  const id = useId()
  return (
    <>
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-sm font-medium">
          File
        </label>
        <input
          id={id}
          type="file"
          accept={accept}
          onChange={({ target }) => void target.files?.[0]?.text().then(onText)}
          className="text-sm file:mr-2 file:h-7 file:rounded-md file:border file:border-solid file:border-border file:bg-raised file:px-2.5 file:text-text"
        />
      </div>
      <TextareaField
        name={name}
        label={`or its ${language}`}
        rows={14}
        spellCheck={false}
        value={text}
        onChange={({ target }) => onText(target.value)}
        className="font-mono text-sm"
      />
    </>
  )
}
