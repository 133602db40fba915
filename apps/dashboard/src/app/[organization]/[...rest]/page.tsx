import { notFound } from 'next/navigation';

/** An address of nothing: rendered for the request, because the page of not-found is made at build and knows no address. */
export default function Page() {
  notFound();
}
