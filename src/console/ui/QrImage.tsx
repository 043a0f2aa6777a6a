/** A QR code that the server drew, as a `data:` URL; dark on white in both themes, or cameras do not read it. */
export const QrImage = ({ src, alt }: { src: string; alt: string }) => (
  <img src={src} alt={alt} width={192} height={192} className="rounded-lg border border-border bg-[#ffffff] p-2" />
)
